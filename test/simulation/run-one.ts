import { simulate } from "./simulation.ts";
const [a,b]=process.argv.slice(2).map(Number);
let fails=0, ev=0; const t=performance.now();
for(let s=a!;s<=(b??a!);s++){ try { const o=await simulate(s); ev+=o.eventCount; if(b===undefined) console.log(s,JSON.stringify(o)); } catch(e){ fails++; console.log("SEED",s,e instanceof Error? e.message+(b===undefined?e.stack+String((e.cause as Error)?.stack):""):e);} }
console.log("fails",fails,"events",ev,"ms",Math.round(performance.now()-t));
