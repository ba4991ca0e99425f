// Package pokec makes graphs of the shape of the Pokec social network, as graph databases are
// usually measured with, fills stores with them, and knows the statements of that measurement
// and, by enumeration, the answers to those that follow relationships.
//
// The graphs have as many users and friendships as the small, the medium and the large cut of
// Pokec. The number of friends of a user is log-normal, and the more friends a user names, the
// more name him; nobody names himself or another one twice. The same shape and seed give the
// same graph.
//
// The users are :User nodes with id (1 … n), age, gender, public, completion_percentage,
// region and last_login; the friendships are :Friend relationships without properties, in the
// order of the users that they go out from.
package pokec
