// How long is left to answer, counted down beside the clock time that says it without script: data-left="ISO TIME".
const two = (n) => String(n).padStart(2, '0');
setInterval(() => {
  for (const at of document.querySelectorAll('[data-left]')) {
    const left = Math.max(0, Math.ceil((new Date(at.dataset.left) - Date.now()) / 1000));
    const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60;
    at.textContent = `(${hours ? `${hours}:${two(minutes)}` : minutes}:${two(left % 60)})`;
  }
}, 1000);
