package value

// Enum returns a value of an enum. Both numbers stand for names that the catalogue knows;
// the values of one enum are ordered by theirs.
func Enum(enum, number uint32) Value {
	return Value{k: KindEnum, n: uint64(enum)<<32 | uint64(number)}
}

// AsEnum returns the numbers of the enum and of the value in v, which must be of KindEnum.
func (v Value) AsEnum() (enum, number uint32) {
	v.must(KindEnum)
	return uint32(v.n >> 32), uint32(v.n)
}
