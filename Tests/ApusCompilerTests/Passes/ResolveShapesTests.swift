import ApusCompiler
import ApusGraph
import Testing

@Suite struct ResolveShapesTests {
    @Test func aShapeThatIsComputedBecomesAnAttribute() throws {
        try expect(
            ResolveShapes(),
            turns: """
                model m
                input x: f32[N, 3, 4]
                constant zero: i64[] = [0]
                constant rest: i64[1] = [-1]
                sizes = shape(x)
                batch = unsqueeze(gather(sizes, zero), axes: [0])
                inner = slice(sizes, starts: [1], ends: [3])
                target = concat(batch, rest, axis: 0)
                zeros = full(inner, value: 2)
                output rows = reshape(x, target)
                output wide = expand(zeros, sizes)
                """,
            into: """
                model m
                input x: f32[N, 3, 4]
                constant zero: i64[] = [0]
                constant rest: i64[1] = [-1]
                constant inner: i64[2] = [3, 4]
                sizes: i64[3] = shape(x)
                batch.gather: i64[] = gather(sizes, zero)
                batch: i64[1] = unsqueeze(batch.gather, axes: [0])
                target: i64[2] = concat(batch, rest, axis: 0)
                zeros: f32[3, 4] = full(shape: [3, 4], value: 2)
                output rows: f32[N, 12] = reshape(x, whole: [N, -1])
                output wide: f32[N, 3, 4] = expand(zeros, shape: [N, 3, 4])
                """)
    }

    /// An output keeps its node: it can't be a constant.
    @Test func outputsStay() throws {
        try expect(
            ResolveShapes(),
            turns: """
                model m
                input x: f32[2, 3]
                sizes = shape(x)
                output count = size(x)
                output doubled = concat(sizes, sizes, axis: 0)
                """,
            into: """
                model m
                input x: f32[2, 3]
                constant sizes: i64[2] = [2, 3]
                output count: i64[] = size(x)
                output doubled: i64[4] = concat(sizes, sizes, axis: 0)
                """)
    }
}
