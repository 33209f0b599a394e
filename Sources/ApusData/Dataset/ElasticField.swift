/// Smooth random displacement of the pixels of an image: a uniform cubic B-spline over random control points.
///
/// The weights depend on the image's size alone and are computed once. A field costs O(height × width).
struct ElasticField: Sendable {
    /// The four weights of one row or column, and the first control point they belong to.
    private struct Taps {
        var first: Int
        var weights: SIMD4<Float>
    }

    private let rows: [Taps]
    private let columns: [Taps]
    private let controlRows: Int
    private let controlColumns: Int
    private let amplitude: Float

    /// - Parameters:
    ///   - deviation: Standard deviation of a pixel's displacement, in pixels.
    ///   - spacing: Pixels between control points, at least 1.
    init(height: Int, width: Int, deviation: Float, spacing: Float) {
        rows = Self.taps(height, spacing)
        columns = Self.taps(width, spacing)
        controlRows = rows[height - 1].first + 4
        controlColumns = columns[width - 1].first + 4
        // The spline of white noise has a variance of Σ weight² along each axis: 0.479 in the mean over positions.
        amplitude = deviation / 0.479
    }

    private static func taps(_ count: Int, _ spacing: Float) -> [Taps] {
        (0..<count).map { index in
            let position = Float(index) / spacing
            let first = position.rounded(.down)
            let t = position - first
            let u = 1 - t
            let weights = SIMD4(
                u * u * u, 3 * t * t * t - 6 * t * t + 4, 3 * u * u * u - 6 * u * u + 4, t * t * t)
            return Taps(first: Int(first), weights: weights / 6)
        }
    }

    /// Elements of scratch memory that ``fill`` needs.
    var scratchCount: Int { controlRows * (columns.count + controlColumns) }

    /// Writes the displacement along one axis, [height, width], into `field`.
    func fill(
        _ field: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, random: inout CounterRandom
    ) {
        let width = columns.count
        let expanded = unsafe scratch
        let controls = unsafe scratch + controlRows * width
        for index in 0..<controlRows * controlColumns { unsafe controls[index] = amplitude * random.roughNormal() }
        for row in 0..<controlRows {
            for column in 0..<width {
                let taps = columns[column]
                let source = unsafe controls + row * controlColumns + taps.first
                let product = unsafe taps.weights * SIMD4(source[0], source[1], source[2], source[3])
                unsafe expanded[row * width + column] = product.sum()
            }
        }
        for row in 0..<rows.count {
            let taps = rows[row]
            let weights = taps.weights
            let source = unsafe expanded + taps.first * width
            let destination = unsafe field + row * width
            for column in 0..<width {
                let upper = unsafe weights.x * source[column] + weights.y * source[column + width]
                let lower = unsafe weights.z * source[column + 2 * width] + weights.w * source[column + 3 * width]
                unsafe destination[column] = upper + lower
            }
        }
    }
}

extension CounterRandom {
    /// A number of mean 0 and variance 1 that is nearly normal: the sum of four 16-bit uniform numbers. It never leaves
    /// ±3.5 and costs half the words and none of the functions of ``normal()``.
    mutating func roughNormal() -> Float {
        let a = nextWord()
        let b = nextWord()
        let sum = Int32(a & 0xFFFF) + Int32(a >> 16) + Int32(b & 0xFFFF) + Int32(b >> 16)
        // Four uniform numbers of 2¹⁶ values have a variance of 2³² / 3.
        return Float(sum - 2 * 0xFFFF) * (1.732_050_8 / 65536)
    }
}
