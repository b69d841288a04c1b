// What a booking costs with what is chosen now: <form data-price="/url"> … <div data-priced>…</div>
// Without script the server shows the new price when the form is sent, and books nothing before it was seen.
for (const form of document.querySelectorAll('form[data-price]')) {
  const part = form.querySelector('[data-priced]');
  let turn = 0;
  form.addEventListener('change', async () => {
    const mine = ++turn;
    try {
      const answer = await fetch(form.dataset.price, {
        method: 'POST', body: new FormData(form), headers: {'X-Part': '1'}, credentials: 'same-origin',
      });
      if (!answer.ok || mine !== turn) return;
      part.replaceChildren(...new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes);
    } catch {
      // no connection: the price is shown again when the form is sent
    }
  });
}
