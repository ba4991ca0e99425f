// Drives a server through what applications do with the official JavaScript driver. The test
// beside it runs it with several versions of the driver, from 4.3 on. It prints a line
// "ok NAME" or "FAIL NAME: why" for each piece of work.
//
//   node drive.cjs DRIVER-DIRECTORY URI TAG
'use strict'

const assert = require('node:assert/strict')
const [directory, uri, tag] = process.argv.slice(2)
const neo4j = require(directory)
const release = require(directory + '/package.json').version
const major = Number(release.split('.')[0])
const driver = neo4j.driver(uri, neo4j.auth.basic(process.env.DRIVE_USER ?? '', process.env.DRIVE_PASSWORD ?? ''), {
  maxTransactionRetryTime: 60_000,
  disableLosslessIntegers: true
})
const exact = neo4j.driver(uri, neo4j.auth.basic(process.env.DRIVE_USER ?? '', process.env.DRIVE_PASSWORD ?? ''))

const write = (session, work) => session.executeWrite ? session.executeWrite(work) : session.writeTransaction(work)
const marksOf = session => session.lastBookmarks ? session.lastBookmarks() : session.lastBookmark()

async function within (config, work, from = driver) {
  const session = from.session(config)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

const run = (text, parameters = {}, config = {}, from = driver) =>
  within(config, session => session.run(text, parameters), from)

async function one (text, parameters, config, from) {
  const { records } = await run(text, parameters, config, from)
  assert.equal(records.length, 1)
  return records[0].get(0)
}

async function refused (work, code) {
  const error = await work.then(() => null, e => e)
  assert.equal(error?.code, code, String(error))
  return error
}

const endless = 'UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b WITH a, b WHERE a = -1 RETURN count(*)'

// quiet waits until the server runs no endless query.
async function quiet () {
  const began = Date.now()
  for (;;) {
    const { records } = await run('SHOW TRANSACTIONS')
    if (!records.some(r => JSON.stringify(r.toObject()).includes('UNWIND range(1, 1000000)'))) return
    assert.ok(Date.now() - began < 2000, 'the server still runs what was given up')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

const works = {
  async connect () {
    await driver.verifyConnectivity()
    const { summary } = await run('RETURN 1')
    const v = summary.server.protocolVersion
    console.log('version', typeof v === 'number' ? v.toFixed(1) : `${v.major}.${v.minor}`)
  },

  async 'auto-commit' () {
    assert.equal(await one('CREATE (n:Auto {tag: $tag}) RETURN n.tag', { tag }, { database: 'memgraph' }), tag)
  },

  async explicit () {
    for (const keep of [false, true]) {
      await within({}, async session => {
        const tx = await session.beginTransaction({ metadata: { work: tag } })
        await tx.run('CREATE (:Explicit {tag: $tag})', { tag })
        await (keep ? tx.commit() : tx.rollback())
      })
    }
    assert.equal(await one('MATCH (n:Explicit {tag: $tag}) RETURN count(n)', { tag }), 1)
  },

  async 'several results' () {
    await within({ fetchSize: 10 }, async session => {
      const tx = await session.beginTransaction()
      const results = [0, 1000].map(from => tx.run('UNWIND range($from, $from + 99) AS i RETURN i', { from: neo4j.int(from) }))
      for (const [i, result] of results.entries()) {
        const { records } = await result
        assert.deepEqual(records.map(r => r.get(0)), Array.from({ length: 100 }, (_, k) => i * 1000 + k))
      }
      await tx.commit()
    })
  },

  async managed () {
    const workers = 4
    const times = 25
    await one('CREATE (n:Counter {tag: $tag, n: 0}) RETURN n.n', { tag })
    await Promise.all(Array.from({ length: workers }, () => within({}, async session => {
      for (let i = 0; i < times; i++) {
        await write(session, tx => tx.run('MATCH (n:Counter {tag: $tag}) SET n.n = n.n + 1 RETURN n.n', { tag }))
      }
    })))
    assert.equal(await one('MATCH (n:Counter {tag: $tag}) RETURN n.n', { tag }), workers * times)
  },

  async values () {
    for (const sent of [
      null, true, false, 0, -16, 1.5, -Infinity, NaN, '', 'straße 🜚', 'x'.repeat(70_000),
      [1, 'two', [null, true]], Array.from({ length: 1000 }, (_, i) => i), { a: 1, b: {} }
    ]) {
      assert.deepEqual(await one('RETURN $x', { x: sent }), sent)
    }
    for (const text of ['-9223372036854775808', '9223372036854775807', '-129', '32768', '2147483648']) {
      assert.equal((await one('RETURN $x', { x: neo4j.int(text) }, {}, exact)).toString(), text)
    }
    assert.deepEqual(Array.from(await one('RETURN $x', { x: new Int8Array([0, 1, -1]) })), [0, 1, -1])
    for (const sent of [
      new neo4j.types.Point(neo4j.int(7203), 1.5, -2), new neo4j.types.Point(neo4j.int(4979), 12.5, 56.5, 100),
      new neo4j.types.Duration(14, -3, -5, 7)
    ]) {
      assert.equal((await one('RETURN $x', { x: sent }, {}, exact)).toString(), sent.toString())
    }
  },

  async instants () {
    const t = neo4j.types
    for (const sent of [
      new t.Date(-44, 3, 15), new t.Time(12, 0, 1, 5, -3600), new t.LocalTime(23, 59, 59, 999_999_999),
      new t.LocalDateTime(2024, 1, 2, 3, 4, 5, 6), new t.DateTime(2024, 7, 2, 12, 0, 1, 500, 19_800)
    ]) {
      assert.equal((await one('RETURN $x', { x: sent }, {}, exact)).toString(), sent.toString())
    }
    const zoned = await one('RETURN $x', { x: new t.DateTime(2024, 7, 2, 14, 0, 1, 500, undefined, 'Europe/Stockholm') }, {}, exact)
    assert.match(zoned.toString(), /^2024-07-02T14:00:01\.000000500(\+02:00)?\[Europe\/Stockholm\]$/)
    assert.match(await one('RETURN toString($x)', { x: zoned }), /^2024-07-02T14:00:01\.0000005/)
  },

  async graph () {
    const { records } = await run(
      'CREATE p = (a:Graph:Start {tag: $tag})-[r:GOES {way: 1.5}]->(b:Graph)<-[:COMES]-(c:Graph) RETURN a, r, p', { tag })
    const [a, r, p] = ['a', 'r', 'p'].map(key => records[0].get(key))
    assert.deepEqual([...a.labels].sort(), ['Graph', 'Start'])
    assert.equal(a.properties.tag, tag)
    assert.equal(r.type, 'GOES')
    assert.equal(r.properties.way, 1.5)
    assert.equal(r.start, a.identity)
    assert.equal(p.length, 2)
    assert.equal(p.segments[1].relationship.start, p.end.identity)
    if (major >= 5) {
      assert.equal(await one('MATCH (n) WHERE elementId(n) = $id RETURN n.tag', { id: a.elementId }), tag)
    }
    assert.ok(neo4j.isNode ? neo4j.isNode(a) && neo4j.isRelationship(r) && neo4j.isPath(p) : true)
  },

  async 'many rows' () {
    for (const fetchSize of [100, 1000, -1]) {
      const { records } = await run('UNWIND range(1, 20000) AS i RETURN i, "row " + toString(i) AS text', {}, { fetchSize })
      assert.equal(records.length, 20_000)
      assert.equal(records[19_999].get('text'), 'row 20000')
    }
    if (major < 5) return
    await within({ fetchSize: 10 }, async session => {
      let n = 0
      for await (const record of session.run('UNWIND range(1, 100000) AS i RETURN i')) {
        assert.equal(record.get(0), ++n)
        if (n === 25) break // drops the rest
      }
    })
  },

  async cancel () {
    const session = driver.session()
    const running = session.run(endless).then(() => null, error => error)
    await new Promise(resolve => setTimeout(resolve, 200))
    const began = Date.now()
    await session.close()
    const error = await running
    assert.ok(error, 'the query came to an end')
    assert.ok(Date.now() - began < 3000, 'closing took ' + (Date.now() - began))
    await quiet()
  },

  async 'time limit' () {
    await refused(within({}, session => session.run(endless, {}, { timeout: neo4j.int(200) })),
      'Neo.ClientError.Transaction.TransactionTimedOut')
    await quiet()
  },

  async bookmarks () {
    const marks = await within({}, async session => {
      await write(session, tx => tx.run('CREATE (:Marked {tag: $tag})', { tag }))
      return marksOf(session)
    })
    assert.ok(marks.length > 0)
    assert.equal(await one('MATCH (n:Marked {tag: $tag}) RETURN count(n)', { tag }, { bookmarks: marks }), 1)
    for (const foreign of ['memgraphd:999999999999', 'FB:kcwQ/wTfJf8rS1WY+GiIKXsCXgmQ']) {
      const began = Date.now()
      await refused(run('RETURN 1', {}, { bookmarks: [foreign] }), 'Neo.ClientError.Transaction.InvalidBookmark')
      assert.ok(Date.now() - began < 2000)
    }
  },

  async errors () {
    await run('CREATE CONSTRAINT ON (n:Only) ASSERT n.tag IS UNIQUE').catch(error => assert.match(error.message, /xists/))
    await run('CREATE (n:Only {tag: $tag}) RETURN n.tag', { tag })
    for (const [text, code] of Object.entries({
      'RETRUN 1': 'Neo.ClientError.Statement.SyntaxError',
      'RETURN $missing': 'Neo.ClientError.Statement.ParameterMissing',
      'RETURN 1 / 0': 'Neo.ClientError.Statement.ArithmeticError',
      'CREATE (n:Only {tag: $tag}) RETURN n': 'Neo.ClientError.Schema.ConstraintValidationFailed',
      'CALL no.such.procedure()': 'Neo.ClientError.Procedure.ProcedureNotFound'
    })) {
      const error = await refused(run(text, { tag }), code)
      if (major >= 6) {
        assert.match(error.gqlStatus, /^[0-9A-Z]{5}$/)
        assert.notEqual(error.gqlStatus, '50N42', text) // what the driver says where the server said nothing
        assert.equal(error.classification, 'CLIENT_ERROR')
      }
    }
    await refused(run('RETURN 1', {}, { database: 'other' }), 'Neo.ClientError.Database.DatabaseNotFound')
  },

  async notifications () {
    const { summary } = await run('USING INDEX :Nothing(x) MATCH (n:Nothing) WHERE n.x = 1 RETURN n')
    assert.ok(summary.notifications.length > 0)
    assert.ok(summary.notifications[0].title)
    if (summary.gqlStatusObjects) {
      const statuses = summary.gqlStatusObjects.map(s => s.gqlStatus)
      assert.ok(statuses.includes('02000'), statuses.join())
      assert.ok(statuses.includes('01N31'), statuses.join())
    }
    if (major >= 6 || release >= '5.15') {
      const off = await run('USING INDEX :Nothing(x) MATCH (n:Nothing) WHERE n.x = 1 RETURN n', {},
        { notificationFilter: { minimumSeverityLevel: 'OFF' } })
      assert.equal(off.summary.notifications.length, 0)
    }
  },

  async summary () {
    const { summary } = await run('CREATE (:Summed {tag: $tag})-[:TO]->(:Summed)', { tag })
    const counters = summary.counters.updates()
    assert.equal(counters.nodesCreated, 2)
    assert.equal(counters.relationshipsCreated, 1)
    assert.equal(summary.queryType, 'w')
    assert.equal(summary.database.name, 'memgraph')
    assert.ok((await run('EXPLAIN MATCH (n:Summed) RETURN n')).summary.plan)
    assert.ok((await run('PROFILE MATCH (n:Summed) RETURN n')).summary.profile)
  },

  // Wrongly, and as others for one session after the other over the same pool, which takes
  // LOGOFF and LOGON; Bolt has that since 5.1.
  async users () {
    const { DRIVE_USER: first, DRIVE_OTHER: second, DRIVE_PASSWORD: password } = process.env
    if (uri.startsWith('bolt://')) { // or guessing is stopped
      const wrong = neo4j.driver(uri, neo4j.auth.basic(second, 'not-' + password))
      await refused(wrong.verifyConnectivity(), 'Neo.ClientError.Security.Unauthorized')
      await wrong.close()
    }
    assert.equal(await one('SHOW CURRENT USER'), first)
    if (major < 6 && !/^5\.[1-9]/.test(release)) return
    for (let i = 0; i < 3; i++) {
      for (const name of [first, second]) {
        assert.equal(await one('SHOW CURRENT USER', {}, { auth: neo4j.auth.basic(name, password) }), name)
      }
    }
  },

  async close () {
    await Promise.all([driver.close(), exact.close()])
  }
}

async function main () {
  let failed = 0
  for (const [name, work] of Object.entries(works)) {
    try {
      await work()
      console.log('ok', name)
    } catch (error) {
      failed++
      console.log('FAIL', name + ':', String(error?.stack ?? error).replaceAll('\n', ' | '))
    }
  }
  process.exitCode = failed ? 1 : 0
}

setTimeout(() => {
  console.log('FAIL everything: it took too long')
  process.exit(1)
}, 120_000).unref()
main()
