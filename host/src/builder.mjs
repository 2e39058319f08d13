// The builder: bundles handlers with esbuild as NodejsFunction would, and keeps each bundle's context warm.
import { serve } from "./protocol.mjs";
import { build, dispose, split } from "./bundle.mjs";
import { lint, typeCheck } from "./checks.mjs";
import { credentials, region } from "./credentials.mjs";

serve({
  build,
  split,
  dispose,
  credentials,
  region,
  typeCheck,
  lint,
  node: () => ({ version: process.versions.node, path: process.execPath }),
});
