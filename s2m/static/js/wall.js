// The wall: shows the rest of long lists in turn, every 20 s, by a cross-fade; hides a door code that has grown old;
// and tells the server that the screen is on.
const TURN = 20_000;
const STALE = 45_000;         // a door code is good for 20 to 40 s
const BEAT = 60_000;
const calm = matchMedia('(prefers-reduced-motion: reduce)');
let fresh = performance.now(), seen = '';

function turn(fade) {
  const step = Math.floor(Date.now() / TURN);
  for (const name of ['needs', 'knows', 'rooms']) {
    const pages = [...document.querySelectorAll(`[data-page="${name}"]`)];
    if (pages.length < 2) continue;
    pages.forEach((page, at) => { page.hidden = at !== step % pages.length; });
    if (fade && !calm.matches) pages[step % pages.length].animate([{opacity: 0}, {opacity: 1}], {duration: 420});
  }
}

function check() {            // the server is away: say so before somebody scans in vain
  const join = document.querySelector('[data-join]');
  const lost = performance.now() - fresh > STALE && join.querySelector('.qr') !== null;
  join.querySelector('[data-lost]').hidden = !lost;
  for (const other of join.querySelectorAll(':scope > :not([data-lost])')) other.hidden = lost;
}

function beat() {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  fetch(document.body.dataset.heartbeat, {method: 'POST', headers: {'X-CSRFToken': token}, credentials: 'same-origin'}).catch(() => {});
}

document.addEventListener('part:fresh', () => { fresh = performance.now(); turn(false); });
turn(false);
setInterval(() => {
  const step = String(Math.floor(Date.now() / TURN));
  if (step !== seen) turn(seen !== '');
  seen = step;
  check();
}, 1000);
if (document.body.dataset.heartbeat) {
  beat();
  setInterval(beat, BEAT);
}
