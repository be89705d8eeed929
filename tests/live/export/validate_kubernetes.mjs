// Prints, for each resource of a list in JSON, what its schema refuses; "" for nothing.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${folder}/@kubernetes-models/${path}.js`));
const { HTTPRoute } = await load("gateway-api/gateway.networking.k8s.io/v1/HTTPRoute");
const { VirtualService } = await load("istio/networking.istio.io/v1/VirtualService");
const kinds = { HTTPRoute, VirtualService };

const refused = JSON.parse(readFileSync(0, "utf8")).map((resource) => {
  try {
    new kinds[resource.kind](resource).validate();
    return "";
  } catch (error) {
    return error.message;
  }
});
console.log(JSON.stringify(refused));
