import ApusGraph
import ApusInstructions

extension PoolParameters {
    /// The parameters of a pool or its gradient; `source` is the larger image in both.
    init(source: ImageLayout, destination: ImageLayout, window: [Int], stride: [Int], geometry: WindowGeometry? = nil) {
        self.init(
            source: source, destination: destination, window: (window[0], window[1]), stride: (stride[0], stride[1]))
        padTop = Int32(geometry?.padTop ?? 0)
        padLeft = Int32(geometry?.padLeft ?? 0)
    }
}

extension ImageLayout {
    /// Where windows lie on an image of this size.
    func geometry(of pool: MaxPool2D) -> WindowGeometry { pool.geometry(height: Int(height), width: Int(width)) }
    func geometry(of pool: AveragePool2D) -> WindowGeometry { pool.geometry(height: Int(height), width: Int(width)) }
}
