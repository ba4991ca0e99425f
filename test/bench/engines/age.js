// Lets PostgreSQL with its graph extension AGE, as the packages @electric-sql/pglite and
// @electric-sql/pglite-age of npm have them, answer for
// go run ./test/bench -only other -clients 1 -engine 'run:node test/bench/engines/age.js'.
// NODE_PATH says where the packages are installed. A directory of data belongs to one process: one client.
const { PGlite } = require('@electric-sql/pglite')
const { age } = require('@electric-sql/pglite-age')
const fs = require('fs')
const serve = require('./serve.js')

let db
const statements = new Map()

async function open () {
  db = await PGlite.create(process.argv[2], { extensions: { age } })
  await db.exec(`CREATE EXTENSION IF NOT EXISTS age; LOAD 'age'; SET search_path = ag_catalog, "$user", public`)
}

// By tables below the graph: the extension's own way in, CREATE, takes hours.
async function load (users, friends) {
  await db.exec("SELECT create_graph('pokec'); SELECT create_vlabel('pokec', 'User'); SELECT create_elabel('pokec', 'Friend')")
  await db.exec('CREATE TABLE u (id bigint, age int, gender text, public bool, completion_percentage int, region text, last_login bigint);' +
    'CREATE TABLE f (a bigint, b bigint)')
  await copy('u', users)
  await copy('f', friends)
  await db.exec(`INSERT INTO pokec."User" (properties) SELECT (to_json(u)::text)::agtype FROM u;
    CREATE INDEX ON pokec."User" (agtype_access_operator(VARIADIC ARRAY[properties, '"id"'::agtype]));
    CREATE INDEX ON pokec."User" USING gin (properties);
    CREATE TABLE m AS SELECT id AS node, (properties->>'"id"'::agtype)::bigint AS id FROM pokec."User";
    INSERT INTO pokec."Friend" (start_id, end_id, properties)
      SELECT a.node, b.node, '{}'::agtype FROM f JOIN m a ON a.id = f.a JOIN m b ON b.id = f.b;
    CREATE INDEX ON pokec."Friend" (start_id);
    CREATE INDEX ON pokec."Friend" (end_id);
    DROP TABLE u; DROP TABLE f; DROP TABLE m; ANALYZE`)
}

async function copy (table, path) {
  await db.query(`COPY ${table} FROM '/dev/blob' (FORMAT csv, HEADER)`, [], { blob: new Blob([fs.readFileSync(path)]) })
}

// columns counts what a statement returns: commas outside of brackets and texts.
function columns (text) {
  const returns = text.split(/\bRETURN\b/i).pop().split(/\bORDER BY\b|\bLIMIT\b/i)[0]
  let depth = 0
  let n = 1
  for (const c of returns.replace(/'[^']*'/g, '')) {
    if ('([{'.includes(c)) depth++
    if (')]}'.includes(c)) depth--
    if (c === ',' && depth === 0) n++
  }
  return n
}

function translated (text) {
  const names = Array.from({ length: columns(text) }, (_, i) => `c${i} agtype`).join(', ')
  return `SELECT * FROM cypher('pokec', $$ ${text} $$, $1) AS (${names})`
}

async function ask (text, params) {
  if (!statements.has(text)) statements.set(text, translated(text))
  await db.query(statements.get(text), [JSON.stringify(params)])
}

open().then(() => serve(load, ask)).then(() => db.close())
