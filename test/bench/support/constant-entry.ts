// The least that a server can do: `node:http`, one constant text. `workerData` is the text.
import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const body = String(workerData);
const server = createServer((_, response) => {
  response.writeHead(200, [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
  ]);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  parentPort?.postMessage(typeof address === 'object' ? address?.port : undefined);
});
