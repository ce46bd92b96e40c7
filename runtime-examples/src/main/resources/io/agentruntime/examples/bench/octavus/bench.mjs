// The platform's own client in the benchmark: one turn to warm up, one to measure, each reported as the client in Java does.
import { OctavusChat, createSocketTransport } from '@octavus/client-sdk';
import WebSocket from 'ws';

const connect = () => new Promise((resolve, reject) => {
  const socket = new WebSocket(process.argv[2]);
  socket.onopen = () => resolve(socket);
  socket.onerror = () => reject(new Error('no connection'));
});
const transport = createSocketTransport({ connect });

async function turn() {
  const chat = new OctavusChat({ transport });
  let looked = 0;
  chat.subscribe(() => { looked += chat.status.length; });
  const start = process.cpuUsage();
  await chat.send('user-message', { USER_MESSAGE: 'go' }, { userMessage: { content: 'go' } });
  const spent = process.cpuUsage(start);
  return [spent.user + spent.system, chat.messages[1].parts[0].text.length, looked];
}

for (let i = 0; i < 2; i++) {
  const [micros, length] = await turn();
  console.log(`@ turn history=0 nanos=${micros * 1_000} characters=${length}`);
}
process.exit(0);
