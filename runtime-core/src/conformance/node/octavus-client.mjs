// The platform's own client in its usual ways. Usage: node octavus-client.mjs <scenario> <url> <transport>.
// The last line on standard output is the scenario's result as JSON; a line "do: <what>" asks the test for something.
import { OctavusChat, createHttpTransport, createSocketTransport } from '@octavus/client-sdk'
import SockJS from 'sockjs-client'
import WebSocket from 'ws'

const [, , scenario, url, kind] = process.argv
const ask = what => console.log(`do: ${what}`)
const states = []
const heard = []
const waiting = []

/** The next message of a type, whatever else comes before it. */
const next = type => new Promise(resolve => waiting.push({ type, resolve }))
const onMessage = message => {
  heard.push(message.type)
  for (const waiter of waiting.filter(waiter => waiter.type === message.type)) {
    waiting.splice(waiting.indexOf(waiter), 1)
    waiter.resolve(message)
  }
}

const open = first => new Promise((resolve, reject) => {
  const socket = kind === 'ws' ? new WebSocket(url) : new SockJS(url, null, { transports: kind, timeout: 10_000 })
  socket.onopen = () => {
    if (first) {
      socket.send(JSON.stringify(first))
    }
    resolve(socket)
  }
  socket.onerror = () => reject(new Error('no connection'))
})

const socket = first => {
  const transport = createSocketTransport({ connect: () => open(first), onMessage })
  transport.onConnectionStateChange(state => states.push(state))
  return transport
}

const overHttp = () => createHttpTransport({
  request: (payload, options) => fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ sessionId: 's-1', ...payload }),
    signal: options?.signal
  })
})

const chat = (options = {}, transport = kind === 'http' ? overHttp() : socket()) => new OctavusChat({ transport, ...options })
const say = (chat, text) => chat.send('user-message', { USER_MESSAGE: text }, { userMessage: { content: text } })
const until = (chat, condition) => new Promise(resolve => {
  const check = () => condition(chat) && resolve()
  chat.subscribe(check)
  check()
})
const settled = chat => until(chat, () => chat.status === 'idle' || chat.status === 'error')
const talking = chat => until(chat, () => chat.messages.at(-1)?.parts[0]?.text?.startsWith('0 '))

const model = chat => ({
  status: chat.status,
  error: chat.error && { type: chat.error.errorType, message: chat.error.message, retryable: chat.error.retryable },
  messages: chat.messages.map(({ role, status, parts }) => ({ role, status, parts })),
  states,
  heard
})

const scenarios = {
  async text() {
    const it = chat()
    let snapshots = 0
    it.subscribe(() => snapshots++)
    await say(it, 'Grüße \u{1F600}')
    await say(it, 'once more')
    return { ...model(it), snapshots }
  },

  async serverTool() {
    const it = chat()
    await say(it, 'the weather')
    return model(it)
  },

  async clientTool() {
    // The client takes a finish that comes after its answer for the end of the continuation: the tool is slower than that.
    const location = async () => {
      await new Promise(resolve => setTimeout(resolve, 200))
      return { city: 'Köln' }
    }
    const it = chat({ clientTools: { 'get-location': location } })
    await say(it, 'where am I')
    await settled(it)
    return model(it)
  },

  async interactiveTool() {
    const it = chat({ clientTools: { 'confirm-booking': 'interactive' } })
    await say(it, 'book it')
    const [pending] = it.pendingClientTools['confirm-booking']
    const asked = { status: it.status, args: pending.args }
    pending.submit({ confirmed: true })
    await settled(it)
    await say(it, 'book it again')
    it.pendingClientTools['confirm-booking'][0].cancel()
    await settled(it)
    return { ...model(it), asked }
  },

  async stop() {
    const it = chat()
    const counting = say(it, 'count')
    await talking(it)
    it.stop()
    await counting
    const stopped = model(it)
    const silence = next('silence')
    ask('silence')
    await silence
    await say(it, 'still there')
    return { ...model(it), stopped }
  },

  async drop() {
    const it = chat()
    const counting = say(it, 'count')
    await talking(it)
    ask('drop')
    await counting // it ends, but the chat does not learn why
    const dropped = states.at(-1)
    await say(it, 'here again')
    return { ...model(it), dropped }
  },

  async init() {
    const it = chat({}, socket({ type: 'init', sessionId: 's-1' }))
    await say(it, 'Hello')
    const nameless = chat({}, socket())
    await say(nameless, 'Hello')
    return { ...model(it), nameless: model(nameless) }
  },

  async error() {
    const it = chat()
    await say(it, 'fail')
    const failed = model(it)
    await say(it, 'now')
    return { ...model(it), failed }
  },

  async custom() {
    const transport = socket()
    const it = chat({}, transport)
    await transport.connect()
    const typing = next('typing-indicator')
    ask('typing')
    const message = await typing
    await say(it, 'Hello')
    return { ...model(it), message }
  },

  async every() {
    const resources = []
    const it = chat({ onResourceUpdate: (name, value) => resources.push([name, value]) })
    await say(it, 'everything')
    return { ...model(it), resources }
  }
}

console.log(JSON.stringify(await scenarios[scenario]()))
process.exit(0)
