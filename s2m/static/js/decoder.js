// Three ways to read a QR code from a video, best first: the browser's own detector, WebAssembly, the server.
// decoder() gives a function video → text or null. Loaded late: the page is usable before it.
const csrf = document.querySelector('meta[name=csrf-token]').content;

async function native() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  if (!formats?.includes('qr_code')) return null;
  const detector = new BarcodeDetector({formats: ['qr_code']});
  return async video => (await detector.detect(video))[0]?.rawValue ?? null;
}

async function webassembly(ponyfill, wasm) {
  if (!ponyfill || !wasm || !globalThis.WebAssembly) return null;
  try {
    const {BarcodeDetector, prepareZXingModule} = await import(new URL(ponyfill, location));
    await prepareZXingModule({overrides: {locateFile: () => wasm}, fireImmediately: true});
    const detector = new BarcodeDetector({formats: ['qr_code']});
    return async video => (await detector.detect(video))[0]?.rawValue ?? null;
  } catch {
    return null;             // not fetched, too old a browser, or not allowed: the server reads instead
  }
}

// A small grey picture a few times a second; the server reads it and forgets it.
function server(url) {
  const canvas = Object.assign(document.createElement('canvas'), {width: 480, height: 360});
  const paint = canvas.getContext('2d');
  let rest = 0;
  return async video => {
    if (performance.now() < rest) return null;
    paint.filter = 'grayscale(1)';
    paint.drawImage(video, 0, 0, canvas.width, canvas.height);
    const body = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.6));
    const answer = await fetch(url, {
      method: 'POST', body, credentials: 'same-origin', cache: 'no-store',
      headers: {'Content-Type': 'image/jpeg', 'X-CSRFToken': csrf},
    }).catch(() => null);
    rest = performance.now() + (answer?.ok ? 150 : 3000);       // leave a struggling server in peace
    return answer?.ok ? (await answer.json()).code : null;
  };
}

export async function decoder({frames, ponyfill, wasm}) {
  return await native() ?? await webassembly(ponyfill, wasm) ?? server(frames);
}
