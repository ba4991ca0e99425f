// neode, an older mapper with a driver of its own (4.4): schema, models, relationships.
import assert from 'node:assert/strict'
import Neode from 'neode'
import { query, url, username, password, work } from './work.mjs'

const neode = new Neode(url, username, password)
neode.model('Person', {
  id: { type: 'uuid', primary: true }, name: { type: 'string', index: true }, born: 'date', email: { type: 'string', unique: true },
  knows: { type: 'relationship', relationship: 'KNOWS', target: 'Person', direction: 'out', properties: { since: 'int' } }
})

await work({
  async models () {
    const ann = await neode.create('Person', { name: 'Ann', email: 'a@x', born: new Date('1990-01-02') })
    const bob = await neode.merge('Person', { name: 'Bob', email: 'b@x' })
    await ann.relateTo(bob, 'knows', { since: 2010 })
    await bob.update({ name: 'Bobby' })
    const found = await neode.first('Person', 'name', 'Ann')
    assert.equal(found.get('email'), 'a@x')
    assert.equal((await neode.all('Person', {}, { name: 'ASC' }, 5)).length, 2)
    assert.deepEqual(await query('MATCH (:Person {name: "Ann"})-[r:KNOWS]->(p) RETURN r.since AS since, p.name AS name'), [{ since: 2010, name: 'Bobby' }])
  },

  async batch () {
    await neode.batch([{ query: 'CREATE (:Person {name: $n})', params: { n: 'Cid' } }, { query: 'CREATE (:Person {name: $n})', params: { n: 'Dan' } }])
    await assert.rejects(neode.batch([{ query: 'CREATE (:Person {name: "Eve"})' }, { query: 'RETURN 1 / 0' }]))
    assert.deepEqual(await query('MATCH (p:Person) RETURN count(p) AS n'), [{ n: 4 }])
  },

  async 'builder and delete' () {
    const { records } = await neode.query().match('p', 'Person').where('p.name', 'Ann').relationship('KNOWS', 'out', 'r').to('q', 'Person').return('p', 'q').execute()
    assert.equal(records[0].get('q').properties.name, 'Bobby')
    await (await neode.first('Person', { name: 'Cid' })).delete()
    await neode.deleteAll('Person')
    assert.deepEqual(await query('MATCH (p:Person) RETURN count(p) AS n'), [{ n: 0 }])
    await neode.close()
  }
})
