// Phoenix' own client in its usual ways. Usage: node scenarios.mjs <scenario> <url> <transport> [argument].
// The last line on standard output is the scenario's result as JSON; a line "do: <what>" asks the test for something.
import {LongPoll, Presence, Socket} from "phoenix"
import WebSocket from "ws"

const LIMIT = 20_000
const [scenario, url, transport, argument] = process.argv.slice(2)

const connect = (options = {}) => {
  const socket = new Socket(url, {
    transport: transport === "longpoll" ? LongPoll : WebSocket,
    rejoinAfterMs: () => 20,
    reconnectAfterMs: () => 20,
    ...options
  })
  socket.connect()
  return socket
}

/** The outcome of a join or push: [status, response]. */
const outcome = (push, ...statuses) => new Promise((resolve) => {
  for(const status of ["ok", "error", "timeout", ...statuses]){
    push.receive(status, (response) => resolve([status, response]))
  }
})

/** The next time something calls back. */
const next = (register) => new Promise((resolve) => register(resolve))

const ask = (what) => console.log(`do: ${what}`)

const joined = async (socket, topic = "room:lobby", params = {}) => {
  const channel = socket.channel(topic, params)
  const [status] = await outcome(channel.join())
  if(status !== "ok"){ throw new Error(`joining ${topic}: ${status}`) }
  return channel
}

const bytes = (...values) => new Uint8Array(values).buffer
const array = (buffer) => Array.from(new Uint8Array(buffer))

const V1 = {
  vsn: "1.0.0",
  encode: (message, callback) => {
    const {topic, event, payload, ref} = message
    callback(JSON.stringify({topic, event, payload, ref}))
  },
  decode: (raw, callback) => callback(JSON.parse(raw))
}

const scenarios = {
  async join(){
    const channel = connect({params: {user: "ann"}}).channel("room:lobby", {since: 7})
    const result = await outcome(channel.join())
    return {result, state: channel.state}
  },

  async refuse(){
    const socket = connect()
    return {
      refused: await outcome(socket.channel("room:secret").join()),
      crashed: await outcome(socket.channel("room:crash").join()),
      unmatched: await outcome(socket.channel("nowhere").join())
    }
  },

  async push(){
    const channel = await joined(connect())
    const topic = "room:a,\"b\"],[\u{1F600}"
    const odd = await joined(channel.socket, topic)
    return {
      echo: await outcome(channel.push("echo", {text: "Grüße \u{1F600}", list: [1, null, {a: "\"],["}]})),
      empty: await outcome(channel.push("null", {})),
      teapot: await outcome(channel.push("teapot", {}), "teapot"),
      silent: await outcome(channel.push("silent", {}, 200)),
      odd: await outcome(odd.push("echo", {topic}))
    }
  },

  async many(){
    const channel = await joined(connect())
    const replies = Array.from({length: 250}, (_, n) => outcome(channel.push("echo", {n})))
    return {numbers: (await Promise.all(replies)).map(([, response]) => response.n)}
  },

  async broadcast(){
    const ann = await joined(connect())
    const bob = await joined(connect())
    const heard = Promise.all([ann, bob].map((channel) => next((done) => channel.on("shout", done))))
    const others = next((done) => bob.on("others", done))
    ann.on("others", () => { throw new Error("broadcast_from came back") })
    await outcome(ann.push("shout", {n: 1}))
    await outcome(ann.push("others", {n: 2}))
    return {heard: await heard, others: await others}
  },

  async presence(){
    const ann = await joined(connect(), "room:presence", {user: "ann"})
    const seen = []
    const presence = new Presence(ann)
    presence.onJoin((key, current, added) => seen.push(["join", key, current ? current.metas.length : 0, added.metas.length]))
    presence.onLeave((key, current, left) => seen.push(["leave", key, current.metas.length, left.metas.length]))
    const sync = (condition) => next((done) => {
      const check = () => condition() && done()
      presence.onSync(check)
      check()
    })
    const metas = (key) => presence.state[key] ? presence.state[key].metas : []
    await outcome(ann.push("present", {}))
    await sync(() => metas("ann").length === 1)
    const phone = await joined(connect(), "room:presence", {user: "bob"})
    await outcome(phone.push("present", {}))
    const laptop = await joined(connect(), "room:presence", {user: "bob"})
    await outcome(laptop.push("present", {}))
    await sync(() => metas("bob").length === 2)
    await outcome(laptop.push("away", {}))
    await sync(() => metas("bob").some((meta) => meta.status === "away"))
    const statuses = metas("bob").map((meta) => meta.status)
    laptop.leave()
    await sync(() => metas("bob").length === 1)
    phone.socket.disconnect()
    if(transport === "longpoll"){ ask("forget") }
    await sync(() => metas("bob").length === 0)
    return {keys: presence.list((key) => key), statuses, seen}
  },

  async binary(){
    const channel = await joined(connect())
    if(transport === "longpoll"){
      return {size: await outcome(channel.push("size", bytes(1, 2, 255)))}
    }
    const own = next((done) => channel.on("own", done))
    const all = next((done) => channel.on("all", done))
    const [status, response] = await outcome(channel.push("echo", bytes(0, 1, 255)))
    channel.push("binary", bytes(7, 8))
    return {status, echo: array(response), own: array(await own), all: array(await all)}
  },

  async crash(){
    const channel = await joined(connect())
    const first = channel.joinRef()
    const error = next((done) => channel.onError(done))
    const pending = outcome(channel.push("silent", {}, 300))
    channel.push("crash", {})
    await error
    const again = await outcome(channel.push("echo", {n: 1}))
    return {rejoined: channel.joinRef() !== first, again, pending: (await pending)[0]}
  },

  async restart(){
    const socket = connect({params: () => ({count: ++scenarios.count})})
    const channel = await joined(socket)
    const first = channel.joinRef()
    const lost = next((done) => socket.onClose(done))
    ask(argument)
    await lost
    await next((done) => {
      const check = () => channel.state === "joined" && channel.joinRef() !== first ? done() : setTimeout(check, 10)
      check()
    })
    return {again: await outcome(channel.push("echo", {n: 1})), connects: scenarios.count > 1}
  },
  count: 0,

  async leave(){
    const channel = await joined(connect())
    const other = await joined(channel.socket, "room:other")
    const closed = next((done) => channel.onClose(() => done(true)))
    const result = await outcome(channel.leave())
    // phoenix.js does not wait for the reply to a leave
    await outcome(other.push("echo", {}))
    return {result, closed: await closed, state: channel.state}
  },

  async stop(){
    const channel = await joined(connect())
    const closed = next((done) => channel.onClose(() => done(true)))
    const result = await outcome(channel.push("stop", {}))
    return {result, closed: await closed, state: channel.state}
  },

  async duplicate(){
    const socket = connect()
    const first = await joined(socket)
    const second = await joined(socket)
    return {first: first.state, second: second.state, echo: await outcome(second.push("echo", {n: 1}))}
  },

  async slow(){
    const socket = connect()
    const channel = socket.channel("room:slow")
    const result = await outcome(channel.join())
    return {result, echo: await outcome(channel.push("echo", {n: 1}))}
  },

  async heartbeat(){
    // The interval is also the client's limit for the reply.
    const socket = connect({heartbeatIntervalMs: 1000})
    await joined(socket)
    for(let beat = 0; beat < 3; beat++){
      await next((done) => socket.onMessage(({topic}) => topic === "phoenix" && done()))
    }
    return {connected: socket.isConnected()}
  },

  async token(){
    const socket = connect({authToken: argument})
    await joined(socket)
    return {connected: socket.isConnected()}
  },

  async forbidden(){
    const socket = connect({params: {user: "nobody"}})
    const reason = await next((done) => socket.onError((error) => done(error)))
    const connected = socket.isConnected()
    socket.disconnect()
    return {connected, reason: typeof reason}
  },

  async fallback(){
    const socket = connect({longPollFallbackMs: 300, logger: () => {}})
    const channel = socket.channel("room:lobby")
    const result = await outcome(channel.join(LIMIT))
    return {result, longpoll: socket.conn instanceof LongPoll, echo: await outcome(channel.push("echo", {n: 1}))}
  },

  async v1(){
    const channel = await joined(connect(V1))
    const heard = next((done) => channel.on("shout", done))
    const result = await outcome(channel.push("shout", {n: 1}))
    const error = next((done) => channel.onError(done))
    channel.push("crash", {})
    await error
    return {result, heard: await heard, again: await outcome(channel.push("echo", {n: 2}))}
  }
}

const hung = setTimeout(() => { throw new Error(`${scenario} hangs`) }, LIMIT)
const result = await scenarios[scenario]()
clearTimeout(hung)
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
