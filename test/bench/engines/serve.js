// Answers what go run ./test/bench -only other sends to a program: it reads a JSON object a line
// and answers a line, "ok" or what is wrong. load(users, friends) puts two files of CSV into the
// engine, ask(text, params) runs a statement to its end, network(dir) loads the social network, where the engine
// can, and count(text) returns the number that a statement counts.
const readline = require('readline')

module.exports = async function serve (load, ask, network, count) {
  async function answer (message) {
    if (message.users) return load(message.users, message.friends)
    if (message.network && !network) throw new Error('the social network is not loaded into this engine')
    if (message.network) return network(message.network)
    if (message.count) return count(message.count)
    await ask(message.text, message.params)
  }
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      const n = await answer(JSON.parse(line))
      process.stdout.write(n === undefined ? 'ok\n' : `ok ${n}\n`)
    } catch (error) {
      process.stdout.write(String(error.message || error).replace(/\s+/g, ' ') + '\n')
    }
  }
}
