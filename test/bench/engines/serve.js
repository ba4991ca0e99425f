// Answers what go run ./test/bench -only other sends to a program: it reads a JSON object a line
// and answers a line, "ok" or what is wrong. load(users, friends) puts two files of CSV into the
// engine, ask(text, params) runs a statement to its end.
const readline = require('readline')

module.exports = async function serve (load, ask) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const message = JSON.parse(line)
    try {
      await (message.users ? load(message.users, message.friends) : ask(message.text, message.params))
      process.stdout.write('ok\n')
    } catch (error) {
      process.stdout.write(String(error.message || error).replace(/\s+/g, ' ') + '\n')
    }
  }
}
