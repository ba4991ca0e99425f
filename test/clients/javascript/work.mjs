// What the programs beside it share: where the server is, and how they tell what they did. Each
// prints a line "ok NAME" or "FAIL NAME: why" for each piece of work; they are done in order.
//
//   node PROGRAM.mjs URI USER PASSWORD
import neo4j from 'neo4j-driver'

export const [url, username, password] = process.argv.slice(2)
export const driver = neo4j.driver(url, neo4j.auth.basic(username, password), { disableLosslessIntegers: true })

export async function query (text, parameters = {}) {
  const { records } = await driver.executeQuery(text, parameters)
  return records.map(r => r.toObject())
}

export async function work (pieces) {
  await query('MATCH (n) DETACH DELETE n')
  let failures = 0
  for (const [name, piece] of Object.entries(pieces)) {
    try {
      await piece()
      console.log('ok', name)
    } catch (error) {
      failures++
      console.log('FAIL', name + ':', String(error?.stack ?? error).replace(/\s+/g, ' ').slice(0, 900))
    }
  }
  await driver.close()
  process.exit(failures === 0 ? 0 : 1)
}
