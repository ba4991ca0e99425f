// Lets the embedded engine of npm's lbug (or kuzu, with ENGINE=kuzu) answer for
// go run ./test/bench -only other -engine 'run:node test/bench/engines/lbug.js'.
// NODE_PATH says where the package is installed.
const engine = require(process.env.ENGINE || 'lbug')
const serve = require('./serve.js')
const tables = require('./tables.js')

const db = new engine.Database(process.argv[2], 4 << 30)
const conn = new engine.Connection(db, Number(process.env.THREADS || 1))
const prepared = new Map()
const network = tables(conn)

// Statements whose syntax is another one here.
function translated (text) {
  return text
    .replace(/\[\*bfs\.\.15\]/, '[* SHORTEST 1..15]')
    .replace(/\[n in nodes\(p\) \| n\.id\]/, "properties(nodes(p), 'id')")
}

async function load (users, friends) {
  await conn.query('CREATE NODE TABLE User(id INT64 PRIMARY KEY, age INT64, gender STRING, public BOOL, ' +
    'completion_percentage INT64, region STRING, last_login INT64)')
  await conn.query('CREATE REL TABLE Friend(FROM User TO User)')
  await conn.query(`COPY User FROM '${users}' (header=true)`)
  await conn.query(`COPY Friend FROM '${friends}' (header=true)`)
}

async function ask (text, params) {
  let statement = prepared.get(text)
  if (!statement) {
    statement = await conn.prepare(translated(text))
    if (!statement.isSuccess()) throw new Error(statement.getErrorMessage())
    prepared.set(text, statement)
  }
  const result = await conn.execute(statement, params)
  await result.getAll()
  result.close()
}

serve(load, ask, network.load, network.count)
