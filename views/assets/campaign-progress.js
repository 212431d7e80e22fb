/* Keeps the progress of mailings up to date. Without this script a link loads the page again. */
{
  const live = document.querySelector('[data-live]');
  const source = new EventSource(live.dataset.live);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  /* A browser would ask again by itself, and be sent to a sign-in when the second step is too old. */
  const stop = () => {
    source.close();
    live.querySelector('[data-live-ended]').hidden = false;
  };
  source.addEventListener('progress', ({ data }) => {
    for (const { id, stage, done, total } of JSON.parse(data)) {
      const part = document.querySelector(`[data-campaign="${CSS.escape(id)}"]`);
      if (!part) continue;
      if (part.dataset.stage !== stage) {
        source.close();
        location.reload();
        return;
      }
      const bar = part.querySelector('progress');
      bar.max = Math.max(total, 1);
      bar.value = done;
      const text = part.querySelector('[data-progress-text]');
      text.textContent = text.dataset.text
        .replace('{done}', number.format(done))
        .replace('{total}', number.format(total));
    }
  });
  source.addEventListener('end', stop);
  source.addEventListener('error', stop);
}
