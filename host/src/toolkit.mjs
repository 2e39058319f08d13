// The toolkit: synthesis and deployment by the CDK's own library. Heavy, so it is started when it is needed.
import "./late-clients.cjs"; // first
import { access } from "./access.mjs";
import { bootstrap, deploy, deployDebugStack } from "./deploy.mjs";
import { diff } from "./diff.mjs";
import { ownCache, reaching } from "./local-endpoint.mjs";
import { serve } from "./protocol.mjs";
import { destroy, destroyDebugStack } from "./removal.mjs";
import { prepare } from "./spare-app.mjs";
import { synth } from "./synth.mjs";

ownCache();
serve(reaching({
  synth,
  prepare,
  deploy,
  deployDebugStack,
  destroy,
  destroyDebugStack,
  bootstrap,
  diff,
  access,
}));
