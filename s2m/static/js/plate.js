// The plate beside a room: says when it is out of date (no server, no code that could be scanned), stays awake, and tells the
// server that it is on. data-back="/plate" on a page that asks something: nobody answers, so the plate goes back.
import {go} from '/kiosk/static/js/lost.js';

const STALE = 45_000;         // a room code is good for 20 to 40 s
const BEAT = 60_000;
const PATIENCE = 20_000;
const {heartbeat, back} = document.body.dataset;
const lost = document.querySelector('[data-lost]'), asOf = lost?.querySelector('[data-as-of]');
const clock = () => document.querySelector('[data-now]');
let fresh = performance.now(), shown = clock()?.textContent, stale = false;

function check() {
  const old = performance.now() - fresh > STALE;
  if (old === stale || !asOf || !clock()) return;
  stale = old;
  asOf.textContent = shown;
  lost.hidden = !stale;
  document.querySelector('.idle__phone').hidden = stale;
  document.querySelector('.kiosk__foot')?.toggleAttribute('hidden', stale);
}

function beat() {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  fetch(heartbeat, {method: 'POST', headers: {'X-CSRFToken': token}, credentials: 'same-origin'}).catch(() => {});
}

const stayAwake = () => document.hidden || navigator.wakeLock?.request('screen').catch(() => null);

document.addEventListener('part:fresh', () => { fresh = performance.now(); shown = clock()?.textContent; check(); });
document.addEventListener('visibilitychange', stayAwake);
setInterval(check, 1000);
setInterval(beat, BEAT);
stayAwake();
beat();
if (back) setTimeout(() => go(back), PATIENCE);
