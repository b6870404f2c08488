// Tries the ways out that a worker has.
const tell = (name) => fetch(`${out.here}/escape/${name}`, { method: "POST", body: "values", keepalive: true });
tell("worker-fetch").catch(() => {});
fetch(`${out.there}/escape/worker-elsewhere`, { method: "POST", body: "values", mode: "no-cors" }).catch(() => {});
try { new WebSocket(`${out.socket}/escape/worker-socket`); } catch (error) { /* no such thing here */ }
self.onconnect = () => tell("shared-worker").catch(() => {});
