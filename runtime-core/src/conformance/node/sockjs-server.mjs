// A SockJS service at /echo that sends back what it gets. It ends with its standard input.
import http from 'node:http'
import sockjs from 'sockjs'

const options = JSON.parse(process.argv[2] ?? '{}')
const service = sockjs.createServer({ prefix: '/echo', log: () => {}, ...options })

service.on('connection', connection => {
  let sequence = 0
  connection.on('data', message => {
    const [command, ...rest] = message.split('|')
    if (command === 'close') {
      connection.close(Number(rest[0]), rest[1])
    } else if (command === 'push') {
      for (let i = 0; i < Number(rest[0]); i++) {
        connection.write(`${i}:${'x'.repeat(Number(rest[1]))}`)
      }
    } else {
      connection.write(`${sequence++}|${message}`)
    }
  })
  connection.on('close', () => console.log('closed'))
})

const server = http.createServer()
service.installHandlers(server)
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.on('end', () => process.exit(0)).resume()
