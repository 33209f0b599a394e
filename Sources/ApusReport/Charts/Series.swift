/// A curve: places and values, in the order of the places.
package struct Series: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        package var place: Double
        package var value: Double

        package init(_ place: Double, _ value: Double) {
            self.place = place
            self.value = value
        }
    }

    package var name: String
    /// Finite values alone: what is not a number has no place on a page.
    package let points: [Point]

    package init(_ name: String, _ points: [Point]) {
        self.name = name
        self.points = points.filter { $0.place.isFinite && $0.value.isFinite }
    }

    /// At most so many points, evenly chosen, the last among them: more than these nobody sees, and a page stays small.
    package func thinned(to count: Int) -> Series {
        guard points.count > count, count > 1 else { return self }
        let step = Double(points.count - 1) / Double(count - 1)
        return Series(name, (0..<count).map { points[Int((Double($0) * step).rounded())] })
    }
}
