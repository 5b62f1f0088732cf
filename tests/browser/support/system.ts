/** The running system that the tests look at; whoever starts it says where it is. */
function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests through ./dev test browser`);
  return value;
}

export const system = {
  /** Of the dashboard, with its base path and a slash at the end. */
  base: needed("KEEL_BROWSER_BASE").replace(/\/*$/, "/"),
  viewer_token: needed("KEEL_BROWSER_VIEWER_TOKEN"),
  admin_token: needed("KEEL_BROWSER_ADMIN_TOKEN"),
  /** gRPC address of the command process. */
  command: needed("KEEL_BROWSER_COMMAND"),
  /** How psql gets at the journal, as its superuser. */
  journal: needed("KEEL_BROWSER_JOURNAL"),
  /** Where screenshots go. */
  artefacts: process.env["KEEL_BROWSER_ARTEFACTS"] ?? "artefacts",
  chromium: process.env["KEEL_BROWSER_CHROMIUM"] ?? "/usr/bin/chromium",
};
