// Talking to the server: commands, and the stream of a training's reports.

const MOST_TRIES = 100;

// Fetch, and where the server has no place now, wait as long as it says and try again; `waiting` is called before.
export async function fetchPatiently(path, options = {}, waiting = () => {}) {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(path, options);
    if (answer.status !== 503 || tries === MOST_TRIES) return answer;
    waiting();
    // Those who were refused together come back one by one.
    const seconds = Number(answer.headers.get("Retry-After") ?? 1) + Math.random();
    await new Promise((resolve) => { setTimeout(resolve, 1000 * seconds); });
  }
}

// Send JSON; gives the answer, or fails with the server's sentence.
export async function post(path, value, options = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
    ...options,
  });
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer;
}

// The server-sent events of an answer, one by one, as they come.
export async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) yield JSON.parse(part.slice("data: ".length));
  }
}
