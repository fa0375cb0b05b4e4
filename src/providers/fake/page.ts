/** What tells one fake window from another at a glance. */
export type FakeLook = {
  /** As its buyers know it: `토스페이먼츠`. */
  readonly provider: string
  /** A colour of CSS. */
  readonly accent: string
}

/** A page of a fake provider. `content` is HTML as it is: escape what came from outside. */
export const fakePages =
  ({ provider, accent }: FakeLook) =>
  (status: number, content: string): Response =>
    new Response(
      `<!doctype html>
<html lang="ko">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>가짜 ${escapeHtml(provider)} 결제창 · Fake payment window</title>
    <style>:root { --accent: ${accent}; }${STYLE}</style>
  </head>
  <body><main><p class="provider">${escapeHtml(provider)}</p>${content}
  </main></body>
</html>
`,
      {
        status,
        headers: {
          'content-type': 'text/html;charset=utf-8',
          // No form-action: it would apply to what leads back to the host's own page as well.
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
          'cache-control': 'no-store',
        },
      },
    )

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const STYLE = `
  :root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #eff1f4; color: #1d2129; }
  main { width: min(22rem, 88vw); padding: 2rem; border-radius: 1.25rem; background: #fff; box-shadow: 0 1rem 3rem #1d212922; }
  h1 { margin: 0; font-size: 1.1rem; font-weight: 600; overflow-wrap: anywhere; }
  .provider { margin: 0 0 .75rem; font-size: .8rem; font-weight: 700; color: var(--accent); }
  .amount { margin: .25rem 0 1.5rem; font-size: 2rem; font-weight: 700; font-variant-numeric: tabular-nums; }
  .amount small { font-size: 1rem; font-weight: 500; opacity: .6; }
  button { display: flex; justify-content: space-between; width: 100%; margin-top: .5rem; padding: .9rem 1rem; border: 0;
    border-radius: .75rem; font: inherit; font-weight: 600; background: #e6e9ee; color: inherit; cursor: pointer; }
  button:hover, button:focus-visible { outline: 2px solid var(--accent); }
  button.pay { background: var(--accent); color: #fff; }
  button span, .note span { font-weight: 400; opacity: .75; }
  .note { margin: 1.5rem 0 0; font-size: .8rem; opacity: .7; }
  @media (prefers-color-scheme: dark) {
    body { background: #121418; color: #e9ebef; } main { background: #1d2027; } button { background: #2f343d; }
  }
`
