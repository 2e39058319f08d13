// A template whose functions run live, as the developer wrote it: src/template/originals.cpp keeps there what the swap
// has replaced, all but the functions' code.

/** @typedef {{ Type?: string, Properties?: Record<string, any>, Metadata?: Record<string, any>, [member: string]: any }} Resource */
/** @typedef {{ Resources?: Record<string, Resource>, [section: string]: any }} Template */

/**
 * Logical ids of the functions that run live there: those that carry what was theirs.
 * @param {Template} template @returns {Set<string>}
 */
export function liveFunctions({ Resources = {} }) {
  const live = Object.entries(Resources).filter(([, { Type, Metadata }]) => Type === "AWS::Lambda::Function" && Metadata?.["live:original"]);
  return new Set(live.map(([id]) => id));
}

/** Logical ids of the layers that hold nothing while functions run live. @param {Template} template */
export function placeholders({ Resources = {} }) {
  return Object.keys(Resources).filter((id) => Resources[id].Type === "AWS::Lambda::LayerVersion" && Resources[id].Metadata?.["live:placeholder"]);
}

/** @param {Template} template @returns {Template} */
export function original(template) {
  /** @type {Record<string, Resource>} */
  const resources = {};
  for (const [id, resource] of Object.entries(template.Resources ?? {})) {
    const { "live:original": former, "live:dropped": dropped, ...metadata } = resource.Metadata ?? {};
    const own = former === undefined ? resource : restored({ ...resource, Metadata: metadata }, JSON.parse(former));
    if (own) resources[id] = own;
    Object.assign(resources, JSON.parse(dropped ?? "{}"));
  }
  return { ...template, Resources: resources };
}

/** @param {Resource} resource @param {Resource | null} former @returns {Resource | undefined} nothing: it is the swap's own */
function restored(resource, former) {
  if (former === null) return undefined;
  const { Properties, ...members } = former;
  return { ...withMembers(resource, members), Properties: withMembers(resource.Properties ?? {}, Properties ?? {}) };
}

/** @param {Record<string, any>} now @param {Record<string, any>} former null: there was none */
function withMembers(now, former) {
  return Object.fromEntries(Object.entries({ ...now, ...former }).filter(([, value]) => value !== null));
}
