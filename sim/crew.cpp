#include "sim/crew.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace converge::sim {

struct Crew::Shared {
  std::mutex mutex;
  std::condition_variable start;
  std::condition_variable done;
  std::uint64_t list = 0;  // counts the lists, so that nobody does one twice
  std::size_t count = 0;
  const std::function<void(std::size_t, unsigned)>* item = nullptr;
  std::atomic<std::size_t> next{0};
  std::size_t busy = 0;
  bool over = false;
  std::exception_ptr failure;
  std::vector<std::thread> threads;

  void work(unsigned hand) {
    try {
      for (std::size_t i = next++; i < count; i = next++) (*item)(i, hand);
    } catch (...) {
      const std::lock_guard lock{mutex};
      failure = std::current_exception();
      next = count;
    }
  }
  void serve(unsigned hand) {
    std::uint64_t seen = 0;
    for (;;) {
      {
        std::unique_lock lock{mutex};
        start.wait(lock, [&] { return over || list != seen; });
        if (over) return;
        seen = list;
      }
      work(hand);
      const std::lock_guard lock{mutex};
      if (--busy == 0) done.notify_one();
    }
  }
  void end() {
    {
      const std::lock_guard lock{mutex};
      over = true;
    }
    start.notify_all();
    for (std::thread& t : threads) t.join();
  }
};

Crew::Crew(unsigned hands) : shared_{std::make_unique<Shared>()} {
  try {
    for (unsigned hand = 1; hand < hands; ++hand) {
      shared_->threads.emplace_back([shared = shared_.get(), hand] { shared->serve(hand); });
    }
  } catch (...) {  // the system refuses: those that are there must not outlive us
    shared_->end();
    throw;
  }
}

Crew::~Crew() { shared_->end(); }

unsigned Crew::hands() const { return static_cast<unsigned>(shared_->threads.size()) + 1; }

void Crew::each(std::size_t count, const std::function<void(std::size_t, unsigned)>& item) {
  {
    const std::lock_guard lock{shared_->mutex};
    shared_->count = count;
    shared_->item = &item;
    shared_->next = 0;
    shared_->busy = shared_->threads.size();
    shared_->failure = nullptr;
    ++shared_->list;
  }
  shared_->start.notify_all();
  shared_->work(0);
  std::unique_lock lock{shared_->mutex};
  shared_->done.wait(lock, [&] { return shared_->busy == 0; });
  if (shared_->failure) std::rethrow_exception(std::exchange(shared_->failure, nullptr));
}

}  // namespace converge::sim
