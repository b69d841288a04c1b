// The rotating code for phones: counts down, fetches the next one in time, and says so when the server is away.
// With each code comes the server's time, which scan.js hears of as the event "clock" on document ({detail: ms}).
const door = document.querySelector('[data-door]');
const clock = document.querySelector('[data-clock]');
const lost = document.querySelector('[data-lost]');
const RETRY = 5;             // seconds
const STALE = 3_600_000;     // ms: a screen that was not touched for an hour starts afresh, with what is new on the server
let until = 0, asking = false;

function read() {
  const line = door.querySelector('[data-left]');
  until = performance.now() + line.dataset.left * 1000;
  clock.textContent = line.dataset.clock;
  document.dispatchEvent(new CustomEvent('clock', {detail: Number(line.dataset.now)}));
}

async function renew() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(door.dataset.door, {credentials: 'same-origin', cache: 'no-store', headers: {'X-Part': '1'}});
    if (answer.status === 401 || answer.status === 403) location.reload();     // unpaired: the page says so
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').body;
    door.replaceChildren(...fresh.childNodes);
    lost.hidden = true;
    if (performance.now() > STALE) location.reload();
    read();
  } catch {
    lost.hidden = false;     // the code on screen is stale, the scan will fail: say so before somebody tries
    until = performance.now() + RETRY * 1000;
  } finally {
    asking = false;
  }
}

function tick() {
  if (document.hidden) return;
  const left = Math.ceil((until - performance.now()) / 1000);
  if (left <= 0) return renew();
  if (!lost.hidden) return;
  const line = door.querySelector('[data-left]');
  line.querySelector('progress').value = left;
  line.querySelector('span').textContent = line.dataset.text.replace('#', left);
}

read();
setInterval(tick, 1000);
document.addEventListener('visibilitychange', () => { if (!document.hidden) renew(); });
