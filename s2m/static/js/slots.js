// Arrow keys go from slot to slot in a day of rooms: left and right within a room, up and down to the slot that begins nearest.
// The Tab key goes through all of them in the same order.
const STEPS = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1};
const slotsOf = row => row ? [...row.querySelectorAll('a.slot')] : [];
const left = slot => slot.getBoundingClientRect().left;

function beside(slot, key) {
  const row = slot.closest('tr');
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const all = slotsOf(row);
    return all[all.indexOf(slot) + STEPS[key]];
  }
  const next = key === 'ArrowUp' ? row.previousElementSibling : row.nextElementSibling;
  return slotsOf(next).sort((one, other) => Math.abs(left(one) - left(slot)) - Math.abs(left(other) - left(slot)))[0];
}

addEventListener('keydown', event => {
  const slot = document.activeElement?.closest('.day a.slot');
  if (!slot || !(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  beside(slot, event.key)?.focus();
});
