// AWS's specification of all resource types, which tells what a change replaces. `live diff` reads it. The toolkit reads it for
// each deployment, too, to ask somebody who is not there here; and it takes a second to load.
import { createRequire } from "node:module";

const require = createRequire(createRequire(import.meta.url).resolve("@aws-cdk/cloudformation-diff"));
const specification = require("@aws-cdk/aws-service-spec");
const load = specification.loadAwsServiceSpecSync;

let isRead = false;
/** @type {any} */
let known;

/** @type {any} */
const lazily = {
  /** @param {...any} what */
  lookup: (...what) => (isRead ? (known ??= load()).lookup(...what) : []),
};
specification.loadAwsServiceSpecSync = () => lazily;

/** @template T @param {() => T} work what compares templates, at once @returns {T} */
export function withResourceTypes(work) {
  isRead = true;
  try {
    return work();
  } finally {
    isRead = false;
  }
}
