/// From where to where one dimension is cut, as numpy's slices say it.
struct SliceRange {
    let start: Dimension
    let end: Dimension
    let step: Int

    init(_ start: Dimension, _ end: Dimension, _ step: Int) {
        self.start = start
        self.end = end
        self.step = step
    }

    /// The first element and how many there are, in a dimension of `size`; nil where symbols leave it open.
    func resolved(_ size: Dimension) -> (first: Dimension, count: Dimension)? {
        guard let size = size.number, let start = start.number, let end = end.number else { return symbolic(size) }
        // The first place and the one behind the last, each within the dimension.
        let bounds = step > 0 ? 0...size : -1...size - 1
        func bounded(_ place: Int) -> Int {
            min(max(place < 0 ? place + size : place, bounds.lowerBound), bounds.upperBound)
        }
        let (first, last) = (bounded(start), bounded(end))
        let distance = step > 0 ? last - first : first - last
        return (.fixed(first), .fixed(max(0, (distance + abs(step) - 1) / abs(step))))
    }

    /// With symbols: they are taken to be large enough for what is asked of them.
    private func symbolic(_ size: Dimension) -> (first: Dimension, count: Dimension)? {
        guard let first = place(start, size, isEnd: false), let last = place(end, size, isEnd: true) else { return nil }
        let distance = step > 0 ? last - first : first - last
        return (first, (distance + .fixed(abs(step) - 1)) / abs(step))
    }

    private func place(_ place: Dimension, _ size: Dimension, isEnd: Bool) -> Dimension? {
        guard let number = place.number else { return place }
        if number >= LanguageLimit.integer - 1 { return step > 0 ? size : size - 1 }
        if number <= 1 - LanguageLimit.integer { return step > 0 ? 0 : isEnd ? -1 : 0 }
        if number < 0 { return size + place }
        // A number is within a number, or within any dimension where it is its first place.
        if let size = size.number { return .fixed(min(number, size)) }
        return number <= 1 || !isEnd ? place : nil
    }
}
