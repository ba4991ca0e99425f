// neogma: models of nodes, their relationships, and its builder of queries.
import assert from 'node:assert/strict'
import { ModelFactory, Neogma, Op, QueryBuilder, QueryRunner, BindParam } from 'neogma'
import { query, url, username, password, work } from './work.mjs'

const neogma = new Neogma({ url, username, password })
const text = { type: 'string', required: true }
const Orders = ModelFactory({ label: 'Order', primaryKeyField: 'id', schema: { id: text, total: { type: 'number' } } }, neogma)
const Users = ModelFactory({
  label: 'User', primaryKeyField: 'id', schema: { id: text, name: text, age: { type: 'number' } },
  relationships: { Orders: { model: Orders, direction: 'out', name: 'CREATES', properties: { Rating: { property: 'rating', schema: { type: 'number' } } } },
    Friends: { model: 'self', direction: 'out', name: 'KNOWS' } }
}, neogma)

await work({
  async connect () {
    await neogma.verifyConnectivity()
  },

  async 'create with relationships' () {
    const users = await Users.createMany([
      { id: '1', name: 'Ann', age: 30, Orders: { properties: [{ id: 'o1', total: 5, Rating: 4 }, { id: 'o2' }] } },
      { id: '2', name: 'Bob', age: 40 }
    ])
    assert.equal(users.length, 2)
    assert.deepEqual(await query('MATCH (u:User)-[r:CREATES]->(o:Order) RETURN u.name, r.rating, o.id ORDER BY o.id'),
      [{ 'u.name': 'Ann', 'r.rating': 4, 'o.id': 'o1' }, { 'u.name': 'Ann', 'r.rating': null, 'o.id': 'o2' }])
    await Users.createOne({ id: '1', name: 'Anna' }, { merge: true }).catch(() => {})
  },

  async 'find and change' () {
    const found = await Users.findMany({ where: { age: { [Op.gt]: 20, [Op.lte]: 40 }, name: { [Op.in]: ['Ann', 'Bob'] } }, order: [['name', 'DESC']], limit: 5 })
    assert.deepEqual(found.map(u => u.name), ['Bob', 'Ann'])
    const bob = await Users.findOne({ where: { name: { [Op.contains]: 'o' } }, throwIfNotFound: true })
    bob.age = 41
    await bob.save()
    const [, result] = await Users.update({ age: 31 }, { where: { name: 'Ann' }, return: true })
    assert.equal(QueryRunner.getPropertiesSetCount?.(result) ?? 1, 1)
    assert.deepEqual(await query('MATCH (u:User) WHERE u.age IS NOT NULL RETURN u.age AS age ORDER BY age'), [{ age: 31 }, { age: 41 }])
  },

  async relationships () {
    const bob = await Users.findOne({ where: { name: 'Bob' } })
    await bob.relateTo({ alias: 'Orders', where: { id: 'o2' }, properties: { Rating: 2 }, assertCreatedRelationships: 1 })
    await Users.relateTo({ alias: 'Friends', where: { source: { name: 'Ann' }, target: { name: 'Bob' } } })
    const found = await bob.findRelationships({ alias: 'Orders' })
    assert.deepEqual(found.map(r => [r.target.id, r.relationship.rating]), [['o2', 2]])
    await bob.updateRelationship({ rating: 3 }, { alias: 'Orders', where: { target: { id: 'o2' } } })
    assert.deepEqual(await query("MATCH (:User {name: 'Bob'})-[r:CREATES]->() RETURN r.rating AS r"), [{ r: 3 }])
    const loaded = await Users.findMany({ where: { name: 'Ann' }, plain: true, relationships: { Orders: { order: [{ on: 'target', property: 'id', direction: 'ASC' }] } } })
    assert.deepEqual(loaded[0].Orders.map(o => (o.node ?? o.target).id), ['o1', 'o2'])
    assert.equal(await Users.deleteRelationships({ alias: 'Orders', where: { source: { name: 'Bob' } } }), 1)
  },

  async 'a query that is built' () {
    const built = new QueryBuilder(new BindParam({ least: 31 }))
      .match({ related: [{ identifier: 'u', model: Users }, { direction: 'out', name: 'CREATES', identifier: 'r' }, { identifier: 'o', label: 'Order' }] })
      .where('u.age >= $least').with('u, count(o) AS n').orderBy('n').return('u.name AS name, n').limit(3)
    const { records } = await built.run(neogma.queryRunner)
    assert.deepEqual(records.map(r => [r.get('name'), Number(r.get('n'))]), [['Ann', 2]])
  },

  async 'transaction and delete' () {
    await assert.rejects(neogma.getTransaction(null, async tx => {
      await Orders.createOne({ id: 'o9' }, { session: tx })
      throw new Error('undone')
    }), /undone/)
    assert.equal((await Orders.findMany({ where: { id: 'o9' } })).length, 0)
    assert.equal(await Users.delete({ where: { name: 'Bob' }, detach: true }), 1)
    await neogma.driver.close()
  }
})
