// Drag a booking to another time or room, or its end to make it longer or shorter. What is let go is posted as the form of moving
// is (form#drag), with the price that holds now: the server asks first where it becomes another. Escape puts everything back.
// Only with a mouse or a pen: a finger scrolls, and everything is in the form.
//   <table data-clocks="08:00 08:15 …"><tr data-room="id"> … <a class="slot" data-move="URL" data-cents="4598" data-dots="0">
const NEAR = 10;             // pixels from the right edge where the end is taken
const FIRM = 6;              // pixels before it counts as dragging
let held = null;             // {slot, table, x, y, quarter, span, first, resize, moving, shift, room}

function take(event) {
  const slot = event.target.closest?.('.slot[data-move]');
  if (!slot || event.button || event.pointerType === 'touch') return;
  const cell = slot.closest('td'), table = slot.closest('table'), box = slot.getBoundingClientRect();
  let first = 0;
  for (let left = cell.previousElementSibling; left?.matches('td'); left = left.previousElementSibling) first += left.colSpan;
  held = {slot, table, first, x: event.clientX, y: event.clientY, span: cell.colSpan, quarter: cell.offsetWidth / cell.colSpan,
    resize: box.right - event.clientX < NEAR, shift: 0, room: slot.closest('tr')};
  part()?.setAttribute('data-held', '');             // live.js leaves the part alone meanwhile
}

function drag(event) {
  if (!held) return;
  const dx = event.clientX - held.x, dy = event.clientY - held.y;
  if (!held.moving && Math.hypot(dx, dy) < FIRM) return;
  if (!held.moving) begin(event);
  event.preventDefault();
  held.shift = Math.round(dx / held.quarter);
  if (held.resize) {
    held.shift = Math.max(held.shift, 1 - held.span);
    held.slot.style.inlineSize = `${(held.span + held.shift) * held.quarter}px`;
    return;
  }
  held.room = row(event.clientX, event.clientY) ?? held.room;
  const down = held.room.offsetTop - held.slot.closest('tr').offsetTop;
  held.slot.style.transform = `translate(${held.shift * held.quarter}px, ${down}px)`;
}

function begin(event) {
  held.moving = true;
  held.slot.setPointerCapture(event.pointerId);
  held.slot.style.zIndex = 5;
  held.slot.style.opacity = .75;
}

function row(x, y) {
  const below = document.elementsFromPoint(x, y).find(each => !held.slot.contains(each));
  return below?.closest('tr[data-room]');
}

function part() {
  return held.slot.closest('[data-part]');
}

function letGo(event) {
  if (!held) return;
  if (!held.moving) { part()?.removeAttribute('data-held'); held = null; return; }
  event.preventDefault();
  const clocks = held.table.dataset.clocks.split(' ');
  const from = held.first + (held.resize ? 0 : held.shift), until = held.first + held.span + held.shift;
  const same = !held.shift && held.room === held.slot.closest('tr');
  if (same || from < 0 || until >= clocks.length) return putBack();
  const form = document.getElementById('drag');
  Object.assign(form.elements.room, {value: held.room.dataset.room});
  Object.assign(form.elements.from, {value: clocks[from]});
  Object.assign(form.elements.until, {value: clocks[until]});
  Object.assign(form.elements.agreed_cents, {value: held.slot.dataset.cents});
  Object.assign(form.elements.agreed_dots, {value: held.slot.dataset.dots});
  form.action = held.slot.dataset.move;
  swallow(held.slot);
  held = null;
  form.requestSubmit();
}

function putBack() {
  if (!held) return;
  for (const name of ['transform', 'inlineSize', 'zIndex', 'opacity']) held.slot.style[name] = '';
  const fresh = part();
  fresh?.removeAttribute('data-held');
  swallow(held.slot);
  held = null;
  fresh?.dispatchEvent(new CustomEvent('part:again', {bubbles: true}));
}

function swallow(slot) {     // the click that ends a drag is no click on the link
  const stop = event => event.preventDefault();
  slot.addEventListener('click', stop, {once: true});
  setTimeout(() => slot.removeEventListener('click', stop), 300);
}

addEventListener('pointerdown', take);
addEventListener('pointermove', drag);
addEventListener('pointerup', letGo);
addEventListener('pointercancel', putBack);
addEventListener('keydown', event => {
  if (event.key === 'Escape' && held?.moving) { event.preventDefault(); putBack(); }
});
