import ApusData
import ApusRuntime

/// Room for two batches of prepared images and their labels: one that is worked with, and the next one, which the session's
/// threads fill meanwhile.
@safe
struct BatchBuffer: ~Copyable {
    private let work: UnsafeMutablePointer<Work>
    private var current: Half
    private var next: Half

    /// The memory of one batch.
    @safe
    private struct Half {
        var images: UnsafeMutablePointer<Float>
        var labels: UnsafeMutablePointer<Int32>
    }

    /// What the threads share.
    @unsafe
    private struct Work {
        var augmenter: Augmenter
        var half: Half
        var indices: UnsafeMutablePointer<Int32>
        var count = 0
        var imageSize: Int
        var seed: UInt64 = 0
        var epoch = 0
        var pixels: UnsafePointer<UInt8>?
        var classes: UnsafePointer<UInt8>?
    }

    init(capacity: Int, augmenter: Augmenter, imageSize: Int) {
        func half() -> Half {
            unsafe Half(images: .allocate(capacity: capacity * imageSize), labels: .allocate(capacity: capacity))
        }
        current = half()
        next = half()
        unsafe work = .allocate(capacity: 1)
        unsafe work.initialize(
            to: Work(
                augmenter: augmenter, half: next, indices: .allocate(capacity: capacity), imageSize: imageSize))
    }

    deinit {
        for half in [current, next] {
            unsafe half.images.deallocate()
            unsafe half.labels.deallocate()
        }
        unsafe work.pointee.indices.deallocate()
        unsafe work.deinitialize(count: 1)
        unsafe work.deallocate()
    }

    var images: UnsafeRawPointer { unsafe UnsafeRawPointer(current.images) }
    var labels: UnsafeRawPointer { unsafe UnsafeRawPointer(current.labels) }

    /// Samples that a thread prepares at a time.
    private static let piece = 8

    /// Fills the buffer with the images `order`, each as the augmentation of `epoch` makes it.
    ///
    /// - Precondition: there are no more images than the capacity, and all are images of the data set.
    mutating func fill(
        _ dataset: ImageDataset, order: Span<Int32>, seed: UInt64, epoch: Int, threads session: inout Session
    ) {
        prepareNext(dataset, order: order, seed: seed, epoch: epoch, with: &session) { session, companion in
            session.share(companion)
        }
        takeNext()
    }

    /// Makes the batch that was prepared the one that ``images`` and ``labels`` give.
    mutating func takeNext() { swap(&current, &next) }

    /// Has the next batch prepared while `body` runs: the companion that it gets must be done when it returns.
    ///
    /// - Precondition: there are no more images than the capacity, and all are images of the data set.
    func prepareNext<Failure: Error>(
        _ dataset: ImageDataset, order: Span<Int32>, seed: UInt64, epoch: Int, with session: inout Session,
        _ body: (inout Session, Companion) throws(Failure) -> Void
    ) throws(Failure) {
        unsafe work.pointee.half = next
        unsafe work.pointee.count = order.count
        unsafe work.pointee.seed = seed
        unsafe work.pointee.epoch = epoch
        for index in order.indices { unsafe work.pointee.indices[index] = order[index] }
        try unsafe dataset.images.withUnsafeBufferPointer { (pixels) throws(Failure) in
            try unsafe dataset.labels.withUnsafeBufferPointer { (classes) throws(Failure) in
                unsafe work.pointee.pixels = pixels.baseAddress
                unsafe work.pointee.classes = classes.baseAddress
                let companion = unsafe Companion(
                    items: (order.count + Self.piece - 1) / Self.piece, samples: order.count, context: work
                ) { context, piece, _ in
                    guard let work = unsafe context?.assumingMemoryBound(to: Work.self) else { return }
                    unsafe BatchBuffer.prepare(piece, work)
                }
                try body(&session, companion)
            }
        }
    }

    private static func prepare(_ piece: Int, _ work: UnsafeMutablePointer<Work>) {
        guard let pixels = unsafe work.pointee.pixels, let classes = unsafe work.pointee.classes else { return }
        let size = unsafe work.pointee.imageSize
        for index in unsafe piece * Self.piece..<min(work.pointee.count, (piece + 1) * Self.piece) {
            let sample = unsafe Int(work.pointee.indices[index])
            unsafe work.pointee.half.labels[index] = Int32(classes[sample])
            unsafe work.pointee.augmenter.prepare(
                pixels + sample * size, seed: work.pointee.seed, epoch: work.pointee.epoch, sample: sample,
                into: work.pointee.half.images + index * size)
        }
    }
}
