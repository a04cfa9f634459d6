/** Asking the practice world: one function for each thing the page can do. */

/** Send JSON (or nothing) and read JSON (or nothing); throws with a sentence for the person. */
async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The practice world does not answer.");
  }
  if (!response.ok) throw new Error(await complaint(response));
  return response.status === 204 ? null : response.json();
}

/** What the server said went wrong, shortened. */
async function complaint(response) {
  const text = (await response.text()).trim();
  try {
    const { description, detail, error, message } = JSON.parse(text);
    return String(description ?? detail ?? error ?? message ?? response.status);
  } catch {
    return text && text.length < 200 && !text.startsWith("<") ? text : `Refused (${response.status}).`;
  }
}

export const say = (person, body) => ask("POST", `/people/${person}/say`, body);
export const tap = (person, body) => ask("POST", `/people/${person}/tap`, body);
export const react = (person, body) => ask("POST", `/people/${person}/react`, body);
export const tapState = (id) => ask("GET", `/taps/${encodeURIComponent(id)}`);
export const flip = (name, on) => ask("POST", `/switches/${encodeURIComponent(name)}`, { on });
export const messages = (chat) => ask("GET", `/messages?chat_id=${chat}`);
export const commands = (chat, person) => ask("GET", `/commands?chat_id=${chat}&user_id=${person}`);

/** Where a file can be had. */
export const fileAddress = (id) => `/api/files/${encodeURIComponent(id)}`;
