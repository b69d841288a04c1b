// Brings the tablet back to the start when nobody acts, so that the next person sees nothing of the last.
// Counts in words and in a bar; announces only at 20 s; "More time" and typing give more.
import {go} from './lost.js';

const timer = document.querySelector('[data-timer]');
const home = document.body.dataset.home;
const back = () => go(home);
const AT_LEAST = 30;         // seconds after a key was pressed

addEventListener('pageshow', event => { if (event.persisted) back(); });     // never show a kept page again

if (timer) {
  const bar = timer.querySelector('progress'), words = timer.querySelector('span');
  const say = document.querySelector('[data-timer-say]'), more = document.querySelector('[data-more-time]');
  const all = Number(timer.dataset.timer);
  let end = performance.now() + all * 1000, said = false;

  const left = () => Math.ceil((end - performance.now()) / 1000);
  const give = seconds => {
    if (left() >= seconds) return;
    end = performance.now() + seconds * 1000;
    said = false;
    say.textContent = '';
    show();
  };
  const show = () => {
    const now = left();
    if (now <= 0) {
      clearInterval(beat);
      return back();
    }
    bar.value = Math.min(now, all);
    words.textContent = timer.dataset.text.replace('#', now);
    if (now <= 20 && !said) {
      said = true;
      say.textContent = timer.dataset.soon;
    }
  };

  timer.hidden = false;
  if (more) {
    more.hidden = false;
    more.addEventListener('click', () => give(all));
  }
  document.addEventListener('input', () => give(AT_LEAST));
  document.addEventListener('submit', () => give(15), {capture: true});     // do not walk away from the answer
  const beat = setInterval(show, 250);
  show();
}
