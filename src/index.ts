export { ImageDataset } from './datasets/imageDataset';
