/// How the pixels along one axis of an image of another size are made: each is a weighted sum of some old ones.
struct ResampledAxis {
    private(set) var starts: [Int] = []
    private(set) var weights: [[Float]] = []

    /// Averages over the area of the new pixel where there are fewer of them, interpolates linearly where there are more.
    init(from old: Int, to new: Int) {
        let ratio = Double(old) / Double(new)
        for index in 0..<new {
            if old > new {
                let low = Double(index) * ratio
                let high = min(low + ratio, Double(old))
                let first = Int(low)
                let last = min(Int(high.rounded(.up)), old)
                starts.append(first)
                weights.append(
                    (first..<last).map { pixel in
                        Float((min(high, Double(pixel + 1)) - max(low, Double(pixel))) / (high - low))
                    })
            } else {
                let place = min(max((Double(index) + 0.5) * ratio - 0.5, 0), Double(old - 1))
                let first = min(Int(place), max(old - 2, 0))
                let fraction = Float(place - Double(first))
                starts.append(first)
                weights.append(fraction == 0 ? [1] : [1 - fraction, fraction])
            }
        }
    }

    var count: Int { starts.count }
}

/// One plane of an image in another size: first along the rows, then along the columns.
func resample(_ plane: [UInt8], width: Int, rows: ResampledAxis, columns: ResampledAxis) -> [Float] {
    var result = [Float](repeating: 0, count: rows.count * columns.count)
    var line = [Float](repeating: 0, count: width)
    for row in 0..<rows.count {
        for x in 0..<width { line[x] = 0 }
        for (offset, weight) in rows.weights[row].enumerated() {
            let start = (rows.starts[row] + offset) * width
            for x in 0..<width { line[x] += weight * Float(plane[start + x]) }
        }
        for column in 0..<columns.count {
            var sum: Float = 0
            for (offset, weight) in columns.weights[column].enumerated() {
                sum += weight * line[columns.starts[column] + offset]
            }
            result[row * columns.count + column] = sum
        }
    }
    return result
}
