import ApusCompiler
import ApusJSON
import ApusText
import ApusToolSupport

extension ActivationCurve {
    var value: JSONValue {
        .array(
            points.map { point in
                ["bytes": .integer(point.bytes), "relative_time": .number(point.cycles / quickest)]
            })
    }

    private var quickest: Double { max(1, points.last?.cycles ?? 1) }

    /// A line for each size of the arena, from the least on.
    ///
    /// - Parameter title: what stands above the sizes.
    func table(_ title: String) -> Table {
        var table = Table([.right, .right])
        table.add(title, "estimated time")
        for point in points {
            table.add(describeBytes(point.bytes), "\(formatDecimal(100 * point.cycles / quickest, digits: 0)) %")
        }
        return table
    }
}
