// How long is left to answer, counted down beside the clock time that says it without script: data-left="ISO TIME".
setInterval(() => {
  for (const at of document.querySelectorAll('[data-left]')) {
    const left = Math.max(0, Math.ceil((new Date(at.dataset.left) - Date.now()) / 1000));
    at.textContent = `(${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')})`;
  }
}, 1000);
