// Suggests topics while one is typed: <input data-suggest="/topics"> gets a list of its own from {"topics": […]}.
// Only a help: without script or connection the field takes what is typed.
const REST = 150;            // ms without a key before we ask

for (const input of document.querySelectorAll('input[data-suggest]')) {
  const list = document.createElement('datalist');
  list.id = `${input.id}-s`;
  input.after(list);
  input.setAttribute('list', list.id);
  let wait = 0, asked = '';
  input.addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(async () => {
      const typed = input.value.trim();
      if (typed.length < 2 || typed === asked) return;
      asked = typed;
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(typed)}`, {credentials: 'same-origin'}).catch(() => null);
      if (!answer?.ok || input.value.trim() !== typed) return;
      const {topics} = await answer.json();
      list.replaceChildren(...topics.map(text => Object.assign(document.createElement('option'), {value: text})));
    }, REST);
  });
}
