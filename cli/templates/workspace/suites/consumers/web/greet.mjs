/** The abstraction layer of the consumer `web`: the rest of the program knows this function and no HTTP. */
export async function greet(baseUrl, key, name, language = 'en') {
  const response = await fetch(`${baseUrl}/greetings/${encodeURIComponent(name)}?language=${language}`, {
    headers: { 'X-Api-Key': key },
    signal: AbortSignal.timeout(2000),
  });
  if (!response.ok) throw new Error(`no greeting: ${response.status}`);
  const { text } = await response.json();
  return text;
}
