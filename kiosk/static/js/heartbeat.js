// Keeps the tablet awake, and tells the host once a minute that it is alive and how its camera fares. On every screen, so that a
// visitor who takes their time does not look like a broken tablet.
const EVERY = 60_000;
const url = document.body.dataset.heartbeat;
const csrf = document.querySelector('meta[name=csrf-token]').content;

async function beat() {
  sessionStorage.setItem('beat', Date.now());
  const answer = await fetch(url, {
    method: 'POST', body: JSON.stringify({camera: sessionStorage.getItem('camera') ?? 'off'}), credentials: 'same-origin',
    headers: {'Content-Type': 'application/json', 'X-CSRFToken': csrf},
  }).catch(() => null);
  if (answer?.status === 401 || answer?.status === 403) location.reload();
}

function due() {
  const last = Number(sessionStorage.getItem('beat') ?? 0);
  if (Math.abs(Date.now() - last) >= EVERY) beat();
}

const stayAwake = () => document.hidden || navigator.wakeLock?.request('screen').catch(() => null);

if (url) {
  stayAwake();
  document.addEventListener('visibilitychange', stayAwake);
  document.addEventListener('camera', beat);       // the host sees a changed camera at once
  setTimeout(due, 3000);
  setInterval(due, 5000);
}
