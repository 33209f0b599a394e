import ApusData
import ApusRuntime

/// Room for a batch of prepared images and their labels, filled by all threads.
@safe
struct BatchBuffer: ~Copyable {
    private let work: UnsafeMutablePointer<Work>

    /// What the threads share.
    @unsafe
    private struct Work {
        var augmenter: Augmenter
        var images: UnsafeMutablePointer<Float>
        var labels: UnsafeMutablePointer<Int32>
        var indices: UnsafeMutablePointer<Int32>
        var count = 0
        var imageSize: Int
        var seed: UInt64 = 0
        var epoch = 0
        var pixels: UnsafePointer<UInt8>?
        var classes: UnsafePointer<UInt8>?
    }

    init(capacity: Int, augmenter: Augmenter, imageSize: Int) {
        unsafe work = .allocate(capacity: 1)
        unsafe work.initialize(
            to: Work(
                augmenter: augmenter, images: .allocate(capacity: capacity * imageSize),
                labels: .allocate(capacity: capacity), indices: .allocate(capacity: capacity), imageSize: imageSize))
    }

    deinit {
        unsafe work.pointee.images.deallocate()
        unsafe work.pointee.labels.deallocate()
        unsafe work.pointee.indices.deallocate()
        unsafe work.deinitialize(count: 1)
        unsafe work.deallocate()
    }

    var images: UnsafeRawPointer { unsafe UnsafeRawPointer(work.pointee.images) }
    var labels: UnsafeRawPointer { unsafe UnsafeRawPointer(work.pointee.labels) }

    /// Samples that a thread prepares at a time.
    private static let piece = 8

    /// Fills the buffer with the images `order`, each as the augmentation of `epoch` makes it.
    ///
    /// - Precondition: there are no more images than the capacity, and all are images of the data set.
    mutating func fill(
        _ dataset: ImageDataset, order: Span<Int32>, seed: UInt64, epoch: Int, threads session: borrowing Session
    ) {
        unsafe dataset.images.withUnsafeBufferPointer { pixels in
            unsafe dataset.labels.withUnsafeBufferPointer { classes in
                unsafe work.pointee.pixels = pixels.baseAddress
                unsafe work.pointee.classes = classes.baseAddress
                unsafe work.pointee.count = order.count
                unsafe work.pointee.seed = seed
                unsafe work.pointee.epoch = epoch
                for index in order.indices { unsafe work.pointee.indices[index] = order[index] }
                let pieces = (order.count + Self.piece - 1) / Self.piece
                unsafe session.share(items: pieces, context: work) { context, piece, _ in
                    guard let work = unsafe context?.assumingMemoryBound(to: Work.self) else { return }
                    unsafe BatchBuffer.prepare(piece, work)
                }
            }
        }
    }

    private static func prepare(_ piece: Int, _ work: UnsafeMutablePointer<Work>) {
        guard let pixels = unsafe work.pointee.pixels, let classes = unsafe work.pointee.classes else { return }
        let size = unsafe work.pointee.imageSize
        for index in unsafe piece * Self.piece..<min(work.pointee.count, (piece + 1) * Self.piece) {
            let sample = unsafe Int(work.pointee.indices[index])
            unsafe work.pointee.labels[index] = Int32(classes[sample])
            unsafe work.pointee.augmenter.prepare(
                pixels + sample * size, seed: work.pointee.seed, epoch: work.pointee.epoch, sample: sample,
                into: work.pointee.images + index * size)
        }
    }
}
