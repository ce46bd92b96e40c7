// Phoenix' own client in the benchmark. Usage: node client.mjs <js|js-echo> <port> <events a round> <rounds> <outstanding>.
// Reports each round in a line that begins with "@ ", as the clients in Java do; ends when standard input does.
import {Socket} from "phoenix"
import WebSocket from "ws"

const LIMIT = 120_000
const [client, ...numbers] = process.argv.slice(2)
const [port, events, rounds, outstanding] = numbers.map(Number)

process.stdin.on("end", () => process.exit(0))
process.stdin.resume()

const socket = new Socket(`ws://127.0.0.1:${port}/socket`, {transport: WebSocket, timeout: LIMIT})
socket.connect()
const channel = socket.channel("room:flood", {})

/** String.hashCode of Java. */
const hash = (text) => {
  let sum = 0
  for(let i = 0; i < text.length; i++){ sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0 }
  return sum
}

/** One in sixteen has an escape and a letter of two bytes. */
const content = (i) => i % 16 === 0 ? `Zeile ${i}\nfür alle` : `hello number ${i} to you`

const shout = (i) => ({
  id: `message-${1_000_000 + i}`,
  from: "bob",
  at: "2026-02-01T12:00:00.000Z",
  body: content(i % 1024),
  client: "the load server of runtime-examples"
})

let count, checksum, roundIsOver
const received = (body) => {
  checksum = (Math.imul(checksum, 31) + hash(body)) | 0
  if(++count === events){ roundIsOver() }
}

let pushed
const pushNext = () => {
  if(pushed < events){
    channel.push("echo", shout(pushed++)).receive("ok", (response) => {
      received(response.body)
      pushNext()
    })
  }
}

const start = {
  "js": () => channel.push("flood", {}),
  "js-echo": () => {
    pushed = 0
    for(let i = 0; i < outstanding; i++){ pushNext() }
  }
}[client]

const play = async () => {
  const over = new Promise((resolve) => { roundIsOver = resolve })
  count = 0
  checksum = 0
  const cpu = process.cpuUsage()
  const began = process.hrtime.bigint()
  start()
  await over
  const nanos = process.hrtime.bigint() - began
  const used = process.cpuUsage(cpu)
  // What Node allocates is not known.
  console.log(`@ round nanos=${nanos} cpu=${(used.user + used.system) * 1000} allocated=0 count=${count} checksum=${checksum}`)
}

channel.on("shout", (payload) => received(payload.body))
await new Promise((resolve, reject) => {
  channel.join().receive("ok", resolve).receive("error", reject).receive("timeout", reject)
})
for(let i = 0; i < rounds; i++){ await play() }
process.exit(0)
