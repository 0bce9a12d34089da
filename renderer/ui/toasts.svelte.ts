/** A short message about something that just ended. */
export type Toast = {
  readonly id: number;
  readonly tone: 'success' | 'danger' | 'neutral';
  readonly title: string;
  readonly detail?: string | undefined;
  readonly action?: { readonly label: string; readonly onselect: () => void } | undefined;
};

/** How long a toast stays, in milliseconds; failures stay until closed. */
const STAYS = 6000;

class ToastQueue {
  /** The toasts on screen, oldest first. */
  shown = $state<Toast[]>([]);
  #next = 1;

  /** Shows a toast and returns its id. */
  show(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++;
    this.shown = [...this.shown.slice(-3), { id, ...toast }];
    if (toast.tone !== 'danger') setTimeout(() => this.close(id), STAYS);
    return id;
  }

  /** Takes a toast away. */
  close(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}

/** The one queue of the window, drawn by ToastRegion. */
export const toasts = new ToastQueue();
