// Talking to the server: commands, and the stream of a training's reports.

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
