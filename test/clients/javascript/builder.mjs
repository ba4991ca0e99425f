// cypher-query-builder: statements built with a driver of its own (4.4).
import assert from 'node:assert/strict'
import builder from 'cypher-query-builder'
import { url, username, password, work } from './work.mjs'

const { Connection, contains, greaterThan, node, relation } = builder
const db = new Connection(url, { username, password })

await work({
  async 'create and match' () {
    await db.create([node('a', 'Person', { name: 'Ann', age: 30 }), relation('out', 'r', 'KNOWS', { since: 2010 }), node('b', ['Person', 'Old'], { name: 'Bob', age: 70 })]).run()
    const rows = await db.match([node('a', 'Person'), relation('out', 'r', ['KNOWS'], [1, 3]), node('b')])
      .where({ 'a.name': contains('n'), 'b.age': greaterThan(40) }).return([{ 'a.name': 'name', b: 'other' }]).orderBy('name').skip(0).limit(3).run()
    assert.equal(rows[0].name, 'Ann')
    assert.deepEqual([rows[0].other.labels.sort(), rows[0].other.properties], [['Old', 'Person'], { name: 'Bob', age: 70 }])
  },

  async 'merge, set and delete' () {
    await db.merge(node('p', 'Person', { name: 'Cid' })).onCreate.set({ values: { 'p.made': true } }).setLabels({ p: 'New' }).run()
    const [row] = await db.unwind([1, 2, 3], 'x').with('sum(x) AS s').match(node('p', 'New')).return(['s', 'p.made']).run()
    assert.deepEqual(row, { s: 6, 'p.made': true })
    await db.matchNode('p', 'Person').detachDelete('p').run()
    assert.deepEqual(await db.matchNode('p').return('count(p) AS n').run(), [{ n: 0 }])
    await db.close()
  }
})
