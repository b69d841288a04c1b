// The eye of a tablet or a phone: shows the camera in the finder and looks for a code a few times a second; each one is the
// event "code" on document ({detail: text}). Rests while the page is hidden. How it fares (wait, on, off, denied, insecure)
// stands in data-camera, is the event "camera", and is kept in the session, where heartbeat.js finds it for the host.
const REST = 90;             // ms between two looks
const AGAIN = 30_000;        // try once more after the camera was refused or lost
const finder = document.querySelector('[data-camera]');
const video = finder.querySelector('video');
const still = finder.querySelector('div.finder__view');
const {decoder, facing, frames, ponyfill, wasm} = finder.dataset;
let stream = null, look = null, looking = false;

function fares(state) {
  if (finder.dataset.camera === state) return;
  finder.dataset.camera = state;
  sessionStorage.setItem('camera', state);
  video.hidden = state !== 'on';
  still.hidden = state === 'on';
  document.dispatchEvent(new CustomEvent('camera', {detail: state}));
}

async function start() {
  if (stream || document.hidden) return;
  if (!navigator.mediaDevices?.getUserMedia) return fares(isSecureContext ? 'off' : 'insecure');
  try {
    const wanted = {facingMode: facing, width: {ideal: 640}, height: {ideal: 480}};
    stream = await navigator.mediaDevices.getUserMedia({video: wanted, audio: false});
    stream.getVideoTracks()[0].addEventListener('ended', lost);
    video.srcObject = stream;
    await video.play();
    fares('on');
    watch();
  } catch (error) {
    stop();
    fares(error.name === 'NotAllowedError' ? 'denied' : 'off');
    setTimeout(start, AGAIN);
  }
}

function stop() {
  stream?.getTracks().forEach(track => track.stop());
  stream = null;
}

function lost() {            // cable pulled, or another app took it
  stop();
  fares('off');
  setTimeout(start, AGAIN);
}

async function watch() {
  if (looking) return;
  looking = true;
  look ??= await import(new URL(decoder, location)).then(module => module.decoder({frames, ponyfill, wasm}));
  while (stream && !document.hidden) {
    const code = await look(video).catch(() => null);
    if (code && stream) document.dispatchEvent(new CustomEvent('code', {detail: code}));
    await new Promise(done => setTimeout(done, REST));
  }
  looking = false;
}

document.addEventListener('visibilitychange', () => document.hidden ? stop() : start());
addEventListener('pagehide', stop);
start();
