package exec

// before orders the elements of a heap.
type before[T any] interface{ before(than *T) bool }

// heapUp puts the last element of a binary heap where it belongs.
func heapUp[T any, P interface {
	*T
	before[T]
}](list []T) {
	i := len(list) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !P(&list[i]).before(&list[parent]) {
			return
		}
		list[i], list[parent] = list[parent], list[i]
		i = parent
	}
}

// heapPop takes the first element out of a binary heap, which must not be empty.
func heapPop[T any, P interface {
	*T
	before[T]
}](list []T) (T, []T) {
	first := list[0]
	last := len(list) - 1
	list[0] = list[last]
	clear(list[last:])
	list = list[:last]
	i := 0
	for {
		child := 2*i + 1
		if child >= last {
			return first, list
		}
		if child+1 < last && P(&list[child+1]).before(&list[child]) {
			child++
		}
		if !P(&list[child]).before(&list[i]) {
			return first, list
		}
		list[i], list[child] = list[child], list[i]
		i = child
	}
}
